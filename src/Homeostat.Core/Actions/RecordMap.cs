using System.Formats.Cbor;
using System.Globalization;

namespace Homeostat.Core.Actions;

/// <summary>A map of a ledger entry's payload, as <see cref="RecordWriter"/> wrote it; a <see cref="FormatException"/> names the field that is wrong.</summary>
internal sealed class RecordMap
{
    private readonly Dictionary<string, object?> _fields;

    private RecordMap(Dictionary<string, object?> fields) => _fields = fields;

    public static RecordMap Decode(ReadOnlyMemory<byte> payload)
    {
        try
        {
            var reader = new CborReader(payload, CborConformanceMode.Canonical);
            var map = ReadMap(reader);
            return reader.BytesRemaining == 0 ? map : throw new FormatException("bytes behind the payload's map");
        }
        catch (Exception error) when (error is CborContentException or InvalidOperationException or OverflowException)
        {
            throw new FormatException($"the payload is not a record: {error.Message}", error);
        }
    }

    public bool Has(string key) => _fields.ContainsKey(key);

    public string Text(string key) => Required<string>(key);

    public string? TextOrNull(string key) => Optional<string>(key);

    public byte[] Bytes(string key) => Required<byte[]>(key);

    public long Number(string key) => Required<Boxed>(key).Value;

    public long? NumberOrNull(string key) => Optional<Boxed>(key)?.Value;

    public int Int(string key) => checked((int)Number(key));

    public bool Flag(string key) => Has(key);

    public double Fraction(string key) => FractionOrNull(key) ?? throw Missing(key);

    public double? FractionOrNull(string key) =>
        TextOrNull(key) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : null;

    public DateTimeOffset Time(string key) => new(Number(key), TimeSpan.Zero);

    public DateTimeOffset? TimeOrNull(string key) => Has(key) ? Time(key) : null;

    public TimeSpan Span(string key) => new(Number(key));

    public TimeSpan? SpanOrNull(string key) => Has(key) ? Span(key) : null;

    public T Enum<T>(string key)
        where T : struct, Enum =>
        System.Enum.TryParse<T>(Text(key), out var value)
            ? value
            : throw new FormatException($"{key}: '{Text(key)}' is no {typeof(T).Name}");

    public IReadOnlyList<string>? TextsOrNull(string key) =>
        Optional<List<object?>>(key)?.Select(item => item as string ?? throw Wrong(key)).ToArray();

    public IReadOnlyList<string> Texts(string key) => TextsOrNull(key) ?? throw Missing(key);

    public RecordMap? MapOrNull(string key) => Optional<RecordMap>(key);

    public IReadOnlyList<RecordMap>? MapsOrNull(string key) =>
        Optional<List<object?>>(key)?.Select(item => item as RecordMap ?? throw Wrong(key)).ToArray();

    public IReadOnlyList<RecordMap> Maps(string key) => MapsOrNull(key) ?? throw Missing(key);

    private T Required<T>(string key)
        where T : class => Optional<T>(key) ?? throw Missing(key);

    private T? Optional<T>(string key)
        where T : class => !_fields.TryGetValue(key, out var value) ? null : value as T ?? throw Wrong(key);

    private static FormatException Missing(string key) => new($"{key} is missing");

    private static FormatException Wrong(string key) => new($"{key} is of another type than it should be");

    private static RecordMap ReadMap(CborReader reader)
    {
        var count = reader.ReadStartMap() ?? throw new FormatException("a map without a length");
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var at = 0; at < count; at++)
        {
            fields.Add(reader.ReadTextString(), ReadValue(reader));
        }

        reader.ReadEndMap();
        return new RecordMap(fields);
    }

    private static object? ReadValue(CborReader reader) =>
        reader.PeekState() switch
        {
            CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger => new Boxed(reader.ReadInt64()),
            CborReaderState.TextString => reader.ReadTextString(),
            CborReaderState.ByteString => reader.ReadByteString(),
            CborReaderState.Boolean => reader.ReadBoolean(),
            CborReaderState.StartArray => ReadArray(reader),
            CborReaderState.StartMap => ReadMap(reader),
            var state => throw new FormatException($"{state} has no place in a record"),
        };

    private static List<object?> ReadArray(CborReader reader)
    {
        var count = reader.ReadStartArray() ?? throw new FormatException("an array without a length");
        var items = new List<object?>();
        for (var at = 0; at < count; at++)
        {
            items.Add(ReadValue(reader));
        }

        reader.ReadEndArray();
        return items;
    }

    private sealed record Boxed(long Value);
}
