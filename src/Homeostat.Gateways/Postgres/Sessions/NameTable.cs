using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>Whether the server has done what a message asked.</summary>
internal enum Standing
{
    Pending = 0,
    Done,
    Failed,
}

/// <summary>What a name stands for, if the server does what was asked; the server's answer says whether it did.</summary>
internal abstract class Naming(int segment)
{
    private volatile Standing _standing;

    /// <summary>The messages up to one Sync, or one simple query: what fails in it takes the rest of it along.</summary>
    public int Segment { get; } = segment;

    public Standing Standing
    {
        get => _standing;
        set => _standing = value;
    }
}

/// <param name="Value">Null where the name is given up.</param>
internal sealed class Naming<T>(int segment, T? value, Naming<T>? before) : Naming(segment)
    where T : class
{
    public T? Value { get; } = value;

    /// <summary>What the name still stands for where this fails.</summary>
    public Naming<T>? Before { get; set; } = before;
}

/// <summary>
/// Names of statements or of portals as the server has them. A name that the server has not confirmed counts only for
/// messages that fail with it; anybody else has to wait for the answer.
/// </summary>
internal sealed class NameTable<T>
    where T : class
{
    /// <summary>PostgreSQL tells names apart by so many bytes (NAMEDATALEN - 1).</summary>
    private const int NameBytes = 63;

    private readonly Dictionary<byte[], Naming<T>> _names = new(Utf8Comparer.Instance);

    public int Count => _names.Count;

    /// <summary>What the name will stand for.</summary>
    public Naming<T> Put(ReadOnlySpan<byte> name, T? value, int segment)
    {
        var naming = new Naming<T>(segment, value, Find(name));
        _names.GetAlternateLookup<ReadOnlySpan<byte>>()[Cut(name)] = naming;
        return naming;
    }

    /// <summary>The newest that has not failed; null where there is none.</summary>
    public Naming<T>? Find(ReadOnlySpan<byte> name)
    {
        var names = _names.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!names.TryGetValue(Cut(name), out var first))
        {
            return null;
        }

        var found = first;
        while (found is { Standing: Standing.Failed })
        {
            found = found.Before;
        }

        if (found is { Standing: Standing.Done })
        {
            found.Before = null;
        }

        if (found is null or { Standing: Standing.Done, Value: null })
        {
            names.Remove(Cut(name));
            return null;
        }

        if (!ReferenceEquals(found, first))
        {
            names[Cut(name)] = found;
        }

        return found;
    }

    /// <summary>All names in use, those that are not yet confirmed included.</summary>
    public IEnumerable<(byte[] Name, Naming<T> Naming)> All() =>
        [.. _names.Keys.Select(name => (name, Find(name))).Where(pair => pair.Item2 is not null)!];

    /// <summary>Forgets what nobody can use any more.</summary>
    public void RemoveWhere(Func<byte[], Naming<T>, bool> isOver)
    {
        foreach (var (name, naming) in _names)
        {
            if (isOver(name, naming))
            {
                _names.Remove(name);
            }
        }
    }

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> name) =>
        name.Length <= NameBytes ? name : name[..NameBytes];
}
