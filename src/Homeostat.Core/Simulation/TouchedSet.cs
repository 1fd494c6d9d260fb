using System.Runtime.InteropServices;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

/// <summary>What kind of row a key names.</summary>
internal enum KeyKind
{
    Node,
    Group,
    Asset,
}

/// <summary>
/// The keys of what runs of the effects touched. One run notes hardly anything twice; they are put in order only when
/// another run follows or somebody looks for one.
/// </summary>
internal sealed class TouchedSet
{
    private readonly SlotMap<bool>[] _rows = [new(), new(), new()];
    private readonly List<long> _keys = [];

    /// <summary>So many of <see cref="_keys"/> stand in <see cref="_rows"/>, each once.</summary>
    private int _ordered;

    /// <summary>One bit of sixty-four for each key: sets without a bit in common have no key in common.</summary>
    public ulong Mask { get; private set; }

    public void Clear()
    {
        foreach (var rows in _rows)
        {
            rows.Clear();
        }

        _keys.Clear();
        (_ordered, Mask) = (0, 0);
    }

    /// <summary>What was noted before is kept once, so that many runs take no more room than what they touch.</summary>
    public void StartRun() => PutInOrder();

    public void Add(KeyKind kind, int row) => Add(((long)kind << 32) | (uint)row);

    public void UnionWith(ReadOnlySpan<long> keys)
    {
        foreach (var key in keys)
        {
            Add(key);
        }
    }

    public bool Contains(long key)
    {
        PutInOrder();
        return _rows[key >> 32].Find((int)key) >= 0;
    }

    /// <summary>Each key once; holds until the next is added.</summary>
    public ReadOnlySpan<long> Keys
    {
        get
        {
            PutInOrder();
            return CollectionsMarshal.AsSpan(_keys);
        }
    }

    /// <summary>Every key at least once.</summary>
    public long[] ToArray() => _keys.Count == 0 ? [] : [.. _keys];

    private void Add(long key)
    {
        _keys.Add(key);
        Mask |= 1UL << (int)((ulong)(key * -7046029254386353131) >> 58);
    }

    private void PutInOrder()
    {
        if (_ordered == _keys.Count)
        {
            return;
        }

        var keys = CollectionsMarshal.AsSpan(_keys);
        var end = _ordered;
        foreach (var key in keys[_ordered..])
        {
            _rows[key >> 32].Get((int)key, out var isNew);
            keys[end] = key;
            end += isNew ? 1 : 0;
        }

        CollectionsMarshal.SetCount(_keys, end);
        _ordered = end;
    }
}
