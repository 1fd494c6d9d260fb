using System.Formats.Cbor;
using CsCheck;
using Homeostat.Core.Actions;

namespace Homeostat.Core.Tests.Actions;

/// <summary>Byte for byte what the library's canonical mode writes, whatever the order of the calls.</summary>
public sealed class RecordWriterTests
{
    private static readonly Gen<object> Leaf = Gen.OneOf(
        Gen.Long.Select(number => (object)number),
        Gen.Const((object)true),
        Gen.String.Select(text => (object)text),
        Gen.Byte.Array[0, 300].Select(bytes => (object)bytes),
        Gen.String.Array[0, 30].Select(texts => (object)texts)
    );

    private static readonly Gen<(string, object)[]> Map = MapOf(Leaf, 60);

    private static readonly Gen<(string, object)[]> Nested = MapOf(
        Gen.OneOf(Leaf, Map.Select(map => (object)map), Map.Array[0, 3].Select(maps => (object)maps)),
        30
    );

    [Fact]
    public void It_writes_what_the_library_writes() =>
        Nested.Sample(map => RecordWriter.Encode(writer => Write(writer, map)).SequenceEqual(Expected(map)));

    [Fact]
    public void A_lone_surrogate_can_be_read_by_everybody()
    {
        var payload = RecordWriter.Encode(map => map.Text("text", "a\uD800b"));

        Assert.Equal("a\uFFFDb", RecordMap.Decode(payload).Text("text"));
    }

    [Fact]
    public void A_writer_that_failed_leaves_nothing_to_the_next()
    {
        Assert.Throws<InvalidOperationException>(() =>
            RecordWriter.Encode(map =>
            {
                map.Text("half", "written");
                throw new InvalidOperationException();
            })
        );

        Assert.Equal(new byte[] { 0xA1, 0x61, (byte)'a', 0x01 }, RecordWriter.Encode(map => map.Number("a", 1)));
    }

    private static Gen<(string, object)[]> MapOf(Gen<object> value, int most) =>
        Gen.Select(Gen.String[Gen.Char['a', 'f'], 0, 40], value)
            .Array[0, most]
            .Select(fields => fields.DistinctBy(field => field.Item1).ToArray());

    private static void Write(RecordWriter writer, (string Key, object Value)[] fields)
    {
        foreach (var (key, value) in fields)
        {
            switch (value)
            {
                case long number:
                    writer.Number(key, number);
                    break;
                case bool flag:
                    writer.Flag(key, flag);
                    break;
                case string text:
                    writer.Text(key, text);
                    break;
                case byte[] bytes:
                    writer.Bytes(key, bytes);
                    break;
                case string[] texts:
                    writer.Texts(key, texts);
                    break;
                case (string, object)[] map:
                    writer.Map(key, inner => Write(inner, map));
                    break;
                case (string, object)[][] maps:
                    writer.Maps(key, maps, Write);
                    break;
            }
        }
    }

    private static byte[] Expected((string, object)[] fields)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        Expect(writer, fields);
        return writer.Encode();
    }

    private static void Expect(CborWriter writer, object value)
    {
        switch (value)
        {
            case long number:
                writer.WriteInt64(number);
                break;
            case bool flag:
                writer.WriteBoolean(flag);
                break;
            case string text:
                writer.WriteTextString(WellFormed(text));
                break;
            case byte[] bytes:
                writer.WriteByteString(bytes);
                break;
            case (string Key, object Value)[] map:
                writer.WriteStartMap(map.Length);
                foreach (var (key, inner) in map)
                {
                    writer.WriteTextString(key);
                    Expect(writer, inner);
                }

                writer.WriteEndMap();
                break;
            case object[] items:
                writer.WriteStartArray(items.Length);
                Array.ForEach(items, item => Expect(writer, item));
                writer.WriteEndArray();
                break;
        }
    }

    private static string WellFormed(string text) =>
        System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
