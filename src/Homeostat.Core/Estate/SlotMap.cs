using System.Runtime.CompilerServices;

namespace Homeostat.Core.Estate;

/// <summary>
/// Entries for the few resources that a simulation touches, found by their index. Cleared in constant time and used
/// again, so that a prediction allocates nothing and its cost does not grow with the estate.
/// </summary>
internal sealed class SlotMap<T>
    where T : struct
{
    private int[] _slots = new int[64];
    private int[] _stamps = new int[64];
    private int[] _keys = new int[32];
    private T[] _entries = new T[32];
    private int _stamp = 1;

    public int Count { get; private set; }

    public int KeyAt(int at) => _keys[at];

    public ref T At(int at) => ref _entries[at];

    public void Clear()
    {
        Count = 0;
        if (++_stamp == int.MaxValue)
        {
            Array.Clear(_stamps);
            _stamp = 1;
        }
    }

    /// <summary>The entry's position, or -1.</summary>
    public int Find(int key)
    {
        var slot = SlotOf(key);
        return _stamps[slot] == _stamp ? _slots[slot] : -1;
    }

    /// <summary>The entry of the key; a new one is default until the caller fills it. The reference holds until the next call.</summary>
    public ref T Get(int key, out bool isNew)
    {
        var slot = SlotOf(key);
        isNew = _stamps[slot] != _stamp;
        if (!isNew)
        {
            return ref _entries[_slots[slot]];
        }

        if (Count == _entries.Length)
        {
            Grow();
            slot = SlotOf(key);
        }

        _stamps[slot] = _stamp;
        _slots[slot] = Count;
        _keys[Count] = key;
        _entries[Count] = default;
        return ref _entries[Count++];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(int key)
    {
        var mask = _slots.Length - 1;
        // Fibonacci hashing: neighbouring indexes spread over the table.
        var slot = (int)(((uint)key * 2654435769u) >> 4) & mask;
        while (_stamps[slot] == _stamp && _keys[_slots[slot]] != key)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Grow()
    {
        Array.Resize(ref _keys, Count * 2);
        Array.Resize(ref _entries, Count * 2);
        _slots = new int[Count * 4];
        _stamps = new int[Count * 4];
        _stamp = 1;
        for (var at = 0; at < Count; at++)
        {
            var slot = SlotOf(_keys[at]);
            _stamps[slot] = _stamp;
            _slots[slot] = at;
        }
    }
}
