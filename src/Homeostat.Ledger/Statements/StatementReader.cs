using System.Text;

namespace Homeostat.Ledger.Statements;

/// <summary>Walks the items of a statement; the first thing out of place is a <see cref="FormatException"/> naming the field and the byte.</summary>
internal ref struct StatementReader(ReadOnlySpan<byte> bytes, int offset = 0)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly int _offset = offset;
    private int _at;

    public readonly int Position => _at;

    public readonly bool AtEnd => _at == _bytes.Length;

    public ulong Head(int major, string field)
    {
        var start = _at;
        if (!CborHead.TryRead(_bytes, ref _at, out var head) || head.Major != major)
        {
            _at = start;
            throw Wrong(field, $"expected CBOR major type {major} in its shortest form");
        }

        return head.Value;
    }

    public void Expect(int major, ulong value, string field)
    {
        var start = _at;
        var found = Head(major, field);
        if (found != value)
        {
            _at = start;
            throw Wrong(field, $"expected {value}, found {found}");
        }
    }

    /// <summary>An integer of either sign that fits 32 bits.</summary>
    public int Int32(string field)
    {
        var start = _at;
        if (!CborHead.TryRead(_bytes, ref _at, out var head) || head.Major > 1 || head.Value > int.MaxValue)
        {
            _at = start;
            throw Wrong(field, "expected an integer in its shortest form");
        }

        return head.Major == 0 ? (int)head.Value : -1 - (int)head.Value;
    }

    /// <summary>The place of a byte string's content.</summary>
    public Range ByteString(string field, int atMost) => String(2, field, atMost);

    public string Text(string field)
    {
        var range = String(3, field, Limits.ClaimChars * 3);
        var text = _bytes[range];
        if (text.IsEmpty || !System.Text.Unicode.Utf8.IsValid(text))
        {
            throw Wrong(field, "expected UTF-8 text that is not empty");
        }

        return Encoding.UTF8.GetString(text);
    }

    public readonly FormatException Wrong(string field, string why) =>
        new($"{field}: {why} (byte {_offset + _at} of the entry)");

    private Range String(int major, string field, int atMost)
    {
        var length = Head(major, field);
        if (length > (ulong)atMost)
        {
            throw Wrong(field, $"{length} bytes, at most {atMost} are allowed");
        }

        if (length > (ulong)(_bytes.Length - _at))
        {
            throw Wrong(field, "cut off");
        }

        var start = _at;
        _at += (int)length;
        return start.._at;
    }
}
