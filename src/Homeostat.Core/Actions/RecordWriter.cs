using System.Globalization;
using System.Text;
using Homeostat.Ledger.Statements;

namespace Homeostat.Core.Actions;

/// <summary>
/// Writes the payload of a ledger entry: a map with text keys in deterministic CBOR (RFC 8949 §4.2), whatever the order of
/// the calls. What says nothing is left out; times and durations count 100 ns, times from the year 1 (UTC); a fraction is
/// its shortest text, never a float.
/// </summary>
/// <remarks>
/// Written by hand: System.Formats.Cbor in its canonical mode cost a decision more than judging it did. The ledger checks
/// every payload against the rules of deterministic CBOR before it takes it.
/// </remarks>
internal sealed class RecordWriter
{
    private const int InitialBytes = 2048;
    private const int MaxKeptBytes = 64 * 1024;

    /// <summary>More fields than any record has, bar those that grow with what they hold.</summary>
    private const int UsualFields = 32;

    // Major types of RFC 8949 section 3.1.
    private const int Unsigned = 0;
    private const int Negative = 1;
    private const int ByteString = 2;
    private const int TextString = 3;
    private const int ArrayOf = 4;
    private const int MapOf = 5;
    private const byte True = 0xF5;

    [ThreadStatic]
    private static RecordWriter? s_spare;

    /// <summary>Where each field of the open maps begins, the outermost map first.</summary>
    private readonly List<int> _fields = [];
    private byte[] _bytes = new byte[InitialBytes];
    private int _at;

    private RecordWriter() { }

    public static byte[] Encode(Action<RecordWriter> write)
    {
        var writer = s_spare ?? new RecordWriter();
        s_spare = null;
        writer._at = 0;
        writer._fields.Clear();
        writer.WriteMap(write, static (map, inner) => inner(map));
        var encoded = writer._bytes.AsSpan(0, writer._at).ToArray();
        s_spare = writer._bytes.Length <= MaxKeptBytes ? writer : null;
        return encoded;
    }

    public void Text(string key, string? value)
    {
        if (value is not null)
        {
            Key(key);
            WriteText(value);
        }
    }

    public void Bytes(string key, ReadOnlySpan<byte> value)
    {
        Key(key);
        WriteBytes(value);
    }

    public void Number(string key, long? value)
    {
        if (value is { } number)
        {
            Key(key);
            WriteNumber(number);
        }
    }

    public void Flag(string key, bool value)
    {
        if (value)
        {
            Key(key);
            Room(1)[0] = True;
            _at++;
        }
    }

    public void Fraction(string key, double? value) => Text(key, value?.ToString("R", CultureInfo.InvariantCulture));

    public void Time(string key, DateTimeOffset? value) => Number(key, value?.UtcTicks);

    public void Span(string key, TimeSpan? value) => Number(key, value?.Ticks);

    public void Texts(string key, IReadOnlyCollection<string>? values)
    {
        if (values is not null)
        {
            Key(key);
            WriteTexts(values);
        }
    }

    /// <summary>A list that may be too long to stand in full: how many there are, a hash of all, and the first.</summary>
    public void Rows(string key, int count, ReadOnlySpan<byte> hash, IReadOnlyCollection<string> first)
    {
        Key(key);
        WriteHead(ArrayOf, 3);
        WriteNumber(count);
        WriteBytes(hash);
        WriteTexts(first);
    }

    public void Map(string key, Action<RecordWriter> write)
    {
        Key(key);
        WriteMap(write, static (map, inner) => inner(map));
    }

    public void Maps<T>(string key, IReadOnlyCollection<T>? values, Action<RecordWriter, T> write)
    {
        if (values is null)
        {
            return;
        }

        Key(key);
        WriteHead(ArrayOf, (uint)values.Count);
        foreach (var value in values)
        {
            WriteMap(value, write);
        }
    }

    private void Key(string key)
    {
        _fields.Add(_at);
        WriteText(key);
    }

    /// <summary>The number of fields is known when all are written; one byte is enough for it but in the largest maps.</summary>
    private void WriteMap<T>(T value, Action<RecordWriter, T> write)
    {
        var head = _at;
        var first = _fields.Count;
        Room(1);
        _at++;
        write(this, value);
        var count = _fields.Count - first;
        Order(first);
        _fields.RemoveRange(first, count);
        var body = _bytes.AsSpan(head + 1, _at - head - 1);
        if (DeterministicCbor.HeadBytes((uint)count) == 1)
        {
            DeterministicCbor.WriteHead(_bytes.AsSpan(head), MapOf, (uint)count);
            return;
        }

        var fields = body.ToArray();
        _at = head;
        WriteHead(MapOf, (uint)count);
        fields.CopyTo(Room(fields.Length));
        _at += fields.Length;
    }

    /// <summary>
    /// Puts the fields of the innermost map in the order of their keys. Keys differ, and none is the beginning of another, so
    /// the bytes of whole fields stand in the same order as those of their keys.
    /// </summary>
    private void Order(int first)
    {
        var count = _fields.Count - first;
        var places = count <= UsualFields ? stackalloc (int Start, int End)[UsualFields] : new (int, int)[count];
        var isOrdered = true;
        for (var i = 0; i < count; i++)
        {
            var field = (Start: _fields[first + i], End: first + i + 1 < _fields.Count ? _fields[first + i + 1] : _at);
            var at = i;
            for (; at > 0 && IsBefore(field, places[at - 1]); at--)
            {
                places[at] = places[at - 1];
            }

            places[at] = field;
            isOrdered &= at == i;
        }

        if (!isOrdered)
        {
            Rearrange(places[..count], _fields[first]);
        }
    }

    private bool IsBefore((int Start, int End) left, (int Start, int End) right) =>
        _bytes.AsSpan(left.Start..left.End).SequenceCompareTo(_bytes.AsSpan(right.Start..right.End)) < 0;

    private void Rearrange(ReadOnlySpan<(int Start, int End)> places, int to)
    {
        var length = _at - to;
        var copy = System.Buffers.ArrayPool<byte>.Shared.Rent(length);
        _bytes.AsSpan(to, length).CopyTo(copy);
        var at = to;
        foreach (var (start, end) in places)
        {
            copy.AsSpan((start - to)..(end - to)).CopyTo(_bytes.AsSpan(at));
            at += end - start;
        }

        System.Buffers.ArrayPool<byte>.Shared.Return(copy);
    }

    private void WriteTexts(IReadOnlyCollection<string> values)
    {
        WriteHead(ArrayOf, (uint)values.Count);
        foreach (var value in values)
        {
            WriteText(value);
        }
    }

    private void WriteNumber(long number)
    {
        if (number >= 0)
        {
            WriteHead(Unsigned, (ulong)number);
        }
        else
        {
            WriteHead(Negative, (ulong)(-1 - number));
        }
    }

    private void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteHead(ByteString, (uint)value.Length);
        value.CopyTo(Room(value.Length));
        _at += value.Length;
    }

    /// <summary>Lone surrogates become U+FFFD: what is written can be read by everybody.</summary>
    private void WriteText(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        WriteHead(TextString, (uint)length);
        Encoding.UTF8.GetBytes(value, Room(length));
        _at += length;
    }

    private void WriteHead(int major, ulong value) =>
        _at += DeterministicCbor.WriteHead(Room(1 + sizeof(ulong)), major, value);

    private Span<byte> Room(int length)
    {
        if (length > _bytes.Length - _at)
        {
            Array.Resize(ref _bytes, Math.Max(checked(_at + length), 2 * _bytes.Length));
        }

        return _bytes.AsSpan(_at);
    }
}
