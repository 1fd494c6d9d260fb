using System.Formats.Cbor;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Homeostat.Cli.Reporting;
using Homeostat.Core.Deciding;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;

namespace Homeostat.Cli.Commands.Log;

/// <summary>A statement as a person or a script reads it; bytes become hex, and nothing is left out.</summary>
internal static class StatementText
{
    public static JsonObject ToJson(long index, ReadOnlyMemory<byte> entry)
    {
        var statement = Statement.Parse(entry);
        var header = statement.Header;
        return new JsonObject
        {
            ["index"] = index,
            ["leaf"] = TreeHash.Leaf(entry.Span).ToString(),
            ["issuer"] = header.Issuer,
            ["subject"] = header.Subject,
            ["type"] = header.ContentType,
            ["kid"] = Convert.ToHexStringLower(statement.Kid.Span),
            ["session"] = header.Sequence?.Session,
            ["number"] = header.Sequence?.Number,
            ["batched"] = statement.Algorithm == StatementAlgorithm.EdDsaBatch,
            ["signature"] = statement.VerifySignature() ? "good" : "bad",
            ["payload"] = Value(new CborReader(statement.Payload, CborConformanceMode.Lax)),
        };
    }

    /// <summary>For a person: what a decision writes where its author gave no confidence is said in words.</summary>
    public static JsonObject ToShow(long index, ReadOnlyMemory<byte> entry)
    {
        var shown = ToJson(index, entry);
        if (
            shown["payload"] is JsonObject payload
            && DecisionEntry.IsDecision(Statement.Parse(entry))
            && payload["confidence"]?.ToString() is "-1000000"
        )
        {
            payload["confidence"] = "not given";
        }

        return shown;
    }

    /// <summary>One line: where, who, about what; of a decision when, what was answered, and to which request first.</summary>
    public static string Line(long index, ReadOnlyMemory<byte> entry)
    {
        var statement = Statement.Parse(entry);
        var header = statement.Header;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{index, 8}  {Plain(DecisionOf(statement))}{Plain(header.Issuer)}  {Plain(header.ContentType)}  {Plain(header.Subject)}"
        );
    }

    private static string DecisionOf(Statement statement)
    {
        if (!DecisionEntry.IsDecision(statement))
        {
            return "";
        }

        try
        {
            var decision = DecisionEntry.Read(statement);
            var goal = Value(new CborReader(statement.Payload, CborConformanceMode.Lax))?["goal"]?.ToString();
            var about = string.IsNullOrEmpty(goal) ? decision.Operation : goal;
            return $"{Wording.Time(decision.Time)}  {Wording.Of(decision.Verdict), -7}  {about}  ";
        }
        catch (FormatException)
        {
            return "unreadable decision  ";
        }
    }

    // Whoever wrote an entry does not get to move the reader's cursor.
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            plain.Append(char.IsControl(c) ? '\uFFFD' : c);
        }

        return plain.ToString();
    }

    private static JsonNode? Value(CborReader reader) =>
        reader.PeekState() switch
        {
            CborReaderState.UnsignedInteger => JsonValue.Create(reader.ReadUInt64()),
            CborReaderState.NegativeInteger => JsonValue.Create(
                (-1 - (Int128)reader.ReadCborNegativeIntegerRepresentation()).ToString(CultureInfo.InvariantCulture)
            ),
            CborReaderState.TextString => JsonValue.Create(reader.ReadTextString()),
            CborReaderState.ByteString => JsonValue.Create(
                "h'" + Convert.ToHexStringLower(reader.ReadByteString()) + "'"
            ),
            CborReaderState.Boolean => JsonValue.Create(reader.ReadBoolean()),
            CborReaderState.StartArray => List(reader),
            CborReaderState.StartMap => Map(reader),
            CborReaderState.Tag => Tagged(reader),
            _ => Null(reader),
        };

    private static JsonArray List(CborReader reader)
    {
        var array = new JsonArray();
        reader.ReadStartArray();
        while (reader.PeekState() != CborReaderState.EndArray)
        {
            array.Add(Value(reader));
        }

        reader.ReadEndArray();
        return array;
    }

    private static JsonObject Map(CborReader reader)
    {
        var map = new JsonObject();
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            var key = Value(reader);
            map[
                key is JsonValue value && value.TryGetValue<string>(out var text) ? text : key?.ToJsonString() ?? "null"
            ] = Value(reader);
        }

        reader.ReadEndMap();
        return map;
    }

    private static JsonObject Tagged(CborReader reader)
    {
        var tag = (ulong)reader.ReadTag();
        return new JsonObject { ["tag"] = tag, ["value"] = Value(reader) };
    }

    private static JsonNode? Null(CborReader reader)
    {
        reader.SkipValue();
        return null;
    }
}
