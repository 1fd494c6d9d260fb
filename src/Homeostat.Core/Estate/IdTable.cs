using System.Text;

namespace Homeostat.Core.Estate;

/// <summary>Interned ids: UTF-8 in one array, found by an open-addressed table; about a third of what strings would take.</summary>
internal sealed class IdTable
{
    private byte[] _bytes = new byte[1024];
    private int[] _starts = new int[64];
    private int[] _slots = NewSlots(128);

    public int Count { get; private set; }

    /// <summary>The index of the id, or -1.</summary>
    public int Find(string id)
    {
        Span<byte> buffer = stackalloc byte[256];
        var text = Encode(id, buffer);
        return _slots[SlotOf(text)];
    }

    /// <summary>The index of the id, made when it is new; indexes count up from 0.</summary>
    public int Intern(string id)
    {
        Span<byte> buffer = stackalloc byte[256];
        var text = Encode(id, buffer);
        var slot = SlotOf(text);
        if (_slots[slot] >= 0)
        {
            return _slots[slot];
        }

        Append(text);
        _slots[slot] = Count - 1;
        if (Count * 2 > _slots.Length)
        {
            Rehash();
        }

        return Count - 1;
    }

    public string this[int index] => Encoding.UTF8.GetString(TextOf(index));

    /// <summary>Gives back what growth left unused.</summary>
    public void Trim()
    {
        Array.Resize(ref _bytes, _starts[Count]);
        Array.Resize(ref _starts, Count + 1);
    }

    private static ReadOnlySpan<byte> Encode(string id, Span<byte> buffer) =>
        Encoding.UTF8.TryGetBytes(id, buffer, out var written) ? buffer[..written] : Encoding.UTF8.GetBytes(id);

    private static int[] NewSlots(int length)
    {
        var slots = new int[length];
        Array.Fill(slots, -1);
        return slots;
    }

    private static int Hash(ReadOnlySpan<byte> text)
    {
        // HashCode is keyed per process: whoever names resources cannot choose collisions.
        var hash = default(HashCode);
        hash.AddBytes(text);
        return hash.ToHashCode();
    }

    private ReadOnlySpan<byte> TextOf(int index) => _bytes.AsSpan(_starts[index], _starts[index + 1] - _starts[index]);

    private int SlotOf(ReadOnlySpan<byte> text)
    {
        var mask = _slots.Length - 1;
        var slot = Hash(text) & mask;
        while (_slots[slot] >= 0 && !TextOf(_slots[slot]).SequenceEqual(text))
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Append(ReadOnlySpan<byte> text)
    {
        var start = _starts[Count];
        if (start + text.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(start + text.Length, checked(_bytes.Length * 2)));
        }

        if (Count + 2 > _starts.Length)
        {
            Array.Resize(ref _starts, _starts.Length * 2);
        }

        text.CopyTo(_bytes.AsSpan(start));
        Count++;
        _starts[Count] = start + text.Length;
    }

    private void Rehash()
    {
        _slots = NewSlots(_slots.Length * 2);
        for (var i = 0; i < Count; i++)
        {
            _slots[SlotOf(TextOf(i))] = i;
        }
    }
}
