using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Homeostat.Core.Estate;

/// <summary>
/// Entries for the few resources that a simulation touches, found by their index. Cleared in constant time and used
/// again, so that a prediction allocates nothing and its cost does not grow with the estate.
/// </summary>
internal sealed class SlotMap<T>
    where T : struct
{
    private const int FirstLength = 32;

    private Slot[] _slots = new Slot[FirstLength * 2];
    private int[] _keys = new int[FirstLength];
    private T[] _entries = new T[FirstLength];
    private int _shift = ShiftFor(FirstLength * 2);
    private int _stamp = 1;

    /// <summary>Where the entry of a key stands, if the stamp is that of now: all of it in one cache line.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Slot
    {
        public int Stamp;
        public int Key;
        public int At;
    }

    public int Count { get; private set; }

    public int KeyAt(int at) => _keys[at];

    public ref T At(int at) => ref _entries[at];

    /// <summary>The keys in the order in which they came, from this position on; holds until the next new key.</summary>
    public ReadOnlySpan<int> KeysFrom(int start) => _keys.AsSpan(start, Count - start);

    public void Clear()
    {
        Count = 0;
        if (++_stamp == int.MaxValue)
        {
            Array.Clear(_slots);
            _stamp = 1;
        }
    }

    /// <summary>The entry's position, or -1.</summary>
    public int Find(int key)
    {
        if (Count == 0)
        {
            return -1;
        }

        ref var slot = ref SlotOf(key);
        return slot.Stamp == _stamp ? slot.At : -1;
    }

    /// <summary>The entry of the key; a new one is default until the caller fills it. The reference holds until the next call.</summary>
    public ref T Get(int key, out bool isNew)
    {
        // First the position: making one may replace the array.
        var at = PositionOf(key, out isNew);
        return ref _entries[at];
    }

    /// <summary>The position of the key's entry, which is made where there is none.</summary>
    public int PositionOf(int key, out bool isNew)
    {
        ref var slot = ref SlotOf(key);
        isNew = slot.Stamp != _stamp;
        if (!isNew)
        {
            return slot.At;
        }

        if (Count == _entries.Length)
        {
            Grow();
            slot = ref SlotOf(key);
        }

        (slot.Stamp, slot.Key, slot.At) = (_stamp, key, Count);
        _keys[Count] = key;
        _entries[Count] = default;
        return Count++;
    }

    /// <summary>
    /// Eight neighbouring indexes stay together, because what stands together in an estate falls together; Fibonacci
    /// hashing spreads the eights.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Slot SlotOf(int key)
    {
        var slots = _slots;
        var at = (int)((((uint)key >> 3) * 2654435769u) >> _shift << 3) | (key & 7);
        while (slots[at].Stamp == _stamp && slots[at].Key != key)
        {
            at = (at + 1) & (slots.Length - 1);
        }

        return ref slots[at];
    }

    /// <summary>Leaves as many of the upper bits as count the eights of a table of this length.</summary>
    private static int ShiftFor(int length) => 32 - (BitOperations.Log2((uint)length) - 3);

    private void Grow()
    {
        Array.Resize(ref _keys, Count * 2);
        Array.Resize(ref _entries, Count * 2);
        _slots = new Slot[Count * 4];
        _shift = ShiftFor(_slots.Length);
        _stamp = 1;
        for (var at = 0; at < Count; at++)
        {
            SlotOf(_keys[at]) = new Slot
            {
                Stamp = _stamp,
                Key = _keys[at],
                At = at,
            };
        }
    }
}
