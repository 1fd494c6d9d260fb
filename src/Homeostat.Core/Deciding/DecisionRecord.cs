using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using Homeostat.Core.Actions;
using Homeostat.Core.Leases;

namespace Homeostat.Core.Deciding;

/// <summary>
/// What a decision leaves on the log: deterministic CBOR (RFC 8949 §4.2) of at most 16 KiB. Long lists are cut to their
/// first rows and stand in full behind a SHA-256; amounts are integers of millionths, so that no float is ever encoded.
/// What a permit reserves is never cut: the balances are computed from it.
/// </summary>
internal static class DecisionRecord
{
    public const string ContentType = "application/vnd.homeostat.decision+cbor";

    private const int FieldCount = 15;
    private const string ReservedKey = "reserved";

    /// <summary>Only in entries of observe mode; one without it binds.</summary>
    internal const string WouldBeKey = "wouldBe";

    /// <summary>Beside it: finding by finding, what a person could say of the estate so that it goes away.</summary>
    internal const string SettledByKey = "settledBy";

    private const string ReviewKey = "review";
    private const int MaxRows = 24;

    /// <summary>Bytes of UTF-8: a record of full rows stays below its limit in every script.</summary>
    private const int MaxText = 160;

    /// <summary>What a text ends with that was cut.</summary>
    internal const string Ellipsis = "…";

    public static byte[] Encode(
        ActionRequest request,
        Judgement judgement,
        LeaseEvent.Reserved? reserved,
        DateTimeOffset now,
        int parts = 0,
        DecisionKind kind = DecisionKind.Live
    )
    {
        var writer = RecordWriter.NewWriter();
        writer.WriteStartMap(
            FieldCount
                + (reserved is null ? 0 : 1)
                + (judgement.WouldBe is null ? 0 : 2)
                + (kind == DecisionKind.Review ? 1 : 0)
        );
        Text(writer, "request", request.Id.Value);
        Text(writer, "agent", request.Agent.Value);
        Text(writer, "lease", request.Lease.Value);
        Text(writer, "operation", request.Operation);
        Text(writer, "payload", request.PayloadHash);
        Text(writer, "goal", request.Goal?.Text ?? "");
        Text(writer, "verdict", judgement.Verdict.ToString());
        Text(writer, "permit", reserved?.Permit.Value ?? "");
        Number(writer, "time", now.ToUnixTimeMilliseconds());
        Number(writer, "estate", judgement.File?.Estate.Version ?? -1);
        Number(writer, "charge", Millionths(judgement.Assessment?.Charge ?? 0));
        Number(writer, "confidence", Millionths(request.Confidence ?? -1));
        Rows(writer, "effects", [.. request.Effects.Select(effect => $"{effect.Operation} {effect.Target}")]);
        Rows(
            writer,
            "findings",
            [.. judgement.Findings.Select(finding => $"{finding.AtMost} {finding.Test}: {finding.Reason}")]
        );
        Rows(writer, "considered", [.. (judgement.Consequences?.Considered ?? []).Select(id => id.Value)]);
        if (judgement.WouldBe is { } wouldBe)
        {
            Text(writer, WouldBeKey, wouldBe.ToString());
            Rows(
                writer,
                SettledByKey,
                [.. judgement.Findings.Select(finding => SettlingHint.Of(finding, judgement.File!).ToRow())]
            );
        }

        if (reserved is not null)
        {
            writer.WriteTextString(ReservedKey);
            RecordWriter.WriteMap(writer, map => LeaseEventRecord.Write(map, reserved, parts));
        }

        if (kind == DecisionKind.Review)
        {
            writer.WriteTextString(ReviewKey);
            writer.WriteBoolean(true);
        }

        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>Was it judged for a person, at a time and under a lease of that person's choice?</summary>
    public static bool IsReview(RecordMap map) => map.Flag(ReviewKey);

    /// <summary>The reservation's fields; null where the decision gave no permit.</summary>
    public static RecordMap? Reserved(RecordMap map) => map.MapOrNull(ReservedKey);

    private static void Text(CborWriter writer, string key, string value)
    {
        writer.WriteTextString(key);
        writer.WriteTextString(Cut(value));
    }

    private static void Number(CborWriter writer, string key, long value)
    {
        writer.WriteTextString(key);
        writer.WriteInt64(value);
    }

    /// <summary>The number of rows, the SHA-256 of all of them joined by line feeds, and the first.</summary>
    private static void Rows(CborWriter writer, string key, string[] rows)
    {
        writer.WriteTextString(key);
        writer.WriteStartArray(3);
        writer.WriteInt32(rows.Length);
        writer.WriteByteString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', rows))));
        writer.WriteStartArray(Math.Min(rows.Length, MaxRows));
        foreach (var row in rows.Take(MaxRows))
        {
            writer.WriteTextString(Cut(row));
        }

        writer.WriteEndArray();
        writer.WriteEndArray();
    }

    /// <summary>Cut at a character, never inside a surrogate pair; lone surrogates become U+FFFD.</summary>
    internal static string Cut(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length <= MaxText)
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var end = MaxText - Encoding.UTF8.GetByteCount(Ellipsis);
        while ((bytes[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return Encoding.UTF8.GetString(bytes, 0, end) + Ellipsis;
    }

    /// <summary>May the text have been cut? One that is as long and ends so by itself is taken for one that was.</summary>
    internal static bool IsCut(string text) =>
        text.EndsWith(Ellipsis, StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(text) > MaxText - 4;

    private static long Millionths(double value) => (long)Math.Round(Math.Clamp(value, -1e9, 1e9) * 1e6);
}
