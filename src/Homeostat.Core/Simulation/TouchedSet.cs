using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

/// <summary>What kind of row a key names.</summary>
internal enum KeyKind
{
    Node,
    Group,
    Asset,
}

/// <summary>The keys of what runs of the effects touched; cleared in constant time, like the worlds they are read from.</summary>
internal sealed class TouchedSet
{
    private readonly SlotMap<bool>[] _rows = [new(), new(), new()];

    public int Count => _rows[0].Count + _rows[1].Count + _rows[2].Count;

    /// <summary>One bit of sixty-four for each key: sets without a bit in common have no key in common.</summary>
    public ulong Mask { get; private set; }

    public void Clear()
    {
        foreach (var rows in _rows)
        {
            rows.Clear();
        }

        Mask = 0;
    }

    public void Add(KeyKind kind, int row)
    {
        _rows[(int)kind].Get(row, out var isNew);
        if (isNew)
        {
            Mask |= BitOf(KeyOf(kind, row));
        }
    }

    public void UnionWith(ReadOnlySpan<long> keys)
    {
        foreach (var key in keys)
        {
            Add((KeyKind)(key >> 32), (int)key);
        }
    }

    public bool Contains(long key) => _rows[key >> 32].Find((int)key) >= 0;

    public long[] ToArray()
    {
        if (Count == 0)
        {
            return [];
        }

        var keys = new long[Count];
        var end = 0;
        for (var kind = 0; kind < _rows.Length; kind++)
        {
            foreach (var row in _rows[kind].KeysFrom(0))
            {
                keys[end++] = KeyOf((KeyKind)kind, row);
            }
        }

        return keys;
    }

    private static long KeyOf(KeyKind kind, int row) => ((long)kind << 32) | (uint)row;

    private static ulong BitOf(long key) => 1UL << (int)((ulong)(key * -7046029254386353131) >> 58);
}
