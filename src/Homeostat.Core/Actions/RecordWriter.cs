using System.Formats.Cbor;
using System.Globalization;
using System.Text;

namespace Homeostat.Core.Actions;

/// <summary>
/// Writes the payload of a ledger entry: a map with text keys in deterministic CBOR (RFC 8949 §4.2). What says nothing is
/// left out; times and durations count 100 ns, times from the year 1 (UTC); a fraction is its shortest text, never a float.
/// </summary>
internal sealed class RecordWriter
{
    private readonly CborWriter _writer;

    private RecordWriter(CborWriter writer) => _writer = writer;

    public static byte[] Encode(Action<RecordWriter> write)
    {
        var writer = NewWriter();
        WriteMap(writer, write);
        return writer.Encode();
    }

    public static CborWriter NewWriter() => new(CborConformanceMode.Canonical, convertIndefiniteLengthEncodings: true);

    public static void WriteMap(CborWriter writer, Action<RecordWriter> write)
    {
        writer.WriteStartMap(null);
        write(new RecordWriter(writer));
        writer.WriteEndMap();
    }

    public void Text(string key, string? value)
    {
        if (value is not null)
        {
            _writer.WriteTextString(key);
            _writer.WriteTextString(WellFormed(value));
        }
    }

    public void Bytes(string key, ReadOnlySpan<byte> value)
    {
        _writer.WriteTextString(key);
        _writer.WriteByteString(value);
    }

    public void Number(string key, long? value)
    {
        if (value is { } number)
        {
            _writer.WriteTextString(key);
            _writer.WriteInt64(number);
        }
    }

    public void Flag(string key, bool value)
    {
        if (value)
        {
            _writer.WriteTextString(key);
            _writer.WriteBoolean(true);
        }
    }

    public void Fraction(string key, double? value) => Text(key, value?.ToString("R", CultureInfo.InvariantCulture));

    public void Time(string key, DateTimeOffset? value) => Number(key, value?.UtcTicks);

    public void Span(string key, TimeSpan? value) => Number(key, value?.Ticks);

    public void Texts(string key, IReadOnlyCollection<string>? values)
    {
        if (values is null)
        {
            return;
        }

        _writer.WriteTextString(key);
        _writer.WriteStartArray(values.Count);
        foreach (var value in values)
        {
            _writer.WriteTextString(WellFormed(value));
        }

        _writer.WriteEndArray();
    }

    public void Map(string key, Action<RecordWriter> write)
    {
        _writer.WriteTextString(key);
        WriteMap(_writer, write);
    }

    public void Maps<T>(string key, IReadOnlyCollection<T>? values, Action<RecordWriter, T> write)
    {
        if (values is null)
        {
            return;
        }

        _writer.WriteTextString(key);
        _writer.WriteStartArray(values.Count);
        foreach (var value in values)
        {
            WriteMap(_writer, map => write(map, value));
        }

        _writer.WriteEndArray();
    }

    /// <summary>Lone surrogates become U+FFFD: what is written can be read by everybody.</summary>
    private static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
