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

    private const string ReservedKey = "reserved";

    /// <summary>Only in entries of observe mode; one without it binds.</summary>
    internal const string WouldBeKey = "wouldBe";

    /// <summary>Beside it: finding by finding, what a person could say of the estate so that it goes away.</summary>
    internal const string SettledByKey = "settledBy";

    private const string ReviewKey = "review";
    private const int MaxRows = 24;

    /// <summary>Bytes of UTF-8: a record of full rows stays below its limit in every script.</summary>
    private const int MaxText = 160;

    private static readonly byte[] s_nothing = SHA256.HashData([]);

    /// <summary>What a text ends with that was cut.</summary>
    internal const string Ellipsis = "…";

    public static byte[] Encode(
        ActionRequest request,
        Judgement judgement,
        LeaseEvent.Reserved? reserved,
        DateTimeOffset now,
        int parts = 0,
        DecisionKind kind = DecisionKind.Live
    ) =>
        RecordWriter.Encode(map =>
        {
            Write(map, request);
            Write(map, judgement);
            map.Text("permit", Cut(reserved?.Permit.Value ?? ""));
            map.Number("time", now.ToUnixTimeMilliseconds());
            if (reserved is not null)
            {
                map.Map(ReservedKey, inner => LeaseEventRecord.Write(inner, reserved, parts));
            }

            map.Flag(ReviewKey, kind == DecisionKind.Review);
        });

    private static void Write(RecordWriter map, ActionRequest request)
    {
        map.Text("request", Cut(request.Id.Value));
        map.Text("agent", Cut(request.Agent.Value));
        map.Text("lease", Cut(request.Lease.Value));
        map.Text("operation", Cut(request.Operation));
        map.Text("payload", Cut(request.PayloadHash));
        map.Text("goal", Cut(request.Goal?.Text ?? ""));
        map.Number("confidence", Millionths(request.Confidence ?? -1));
        Rows(map, "effects", [.. request.Effects.Select(effect => $"{effect.OperationName} {effect.Target}")]);
    }

    private static void Write(RecordWriter map, Judgement judgement)
    {
        map.Text("verdict", judgement.Verdict.ToString());
        map.Number("estate", judgement.File?.Estate.Version ?? -1);
        map.Number("charge", Millionths(judgement.Assessment?.Charge ?? 0));
        Rows(
            map,
            "findings",
            [.. judgement.Findings.Select(finding => $"{finding.AtMost} {finding.Test}: {finding.Reason}")]
        );
        Rows(map, "considered", [.. (judgement.Consequences?.Considered ?? []).Select(id => id.Value)]);
        if (judgement.WouldBe is { } wouldBe)
        {
            map.Text(WouldBeKey, wouldBe.ToString());
            Rows(
                map,
                SettledByKey,
                [.. judgement.Findings.Select(finding => SettlingHint.Of(finding, judgement.File!).ToRow())]
            );
        }
    }

    /// <summary>Was it judged for a person, at a time and under a lease of that person's choice?</summary>
    public static bool IsReview(RecordMap map) => map.Flag(ReviewKey);

    /// <summary>The reservation's fields; null where the decision gave no permit.</summary>
    public static RecordMap? Reserved(RecordMap map) => map.MapOrNull(ReservedKey);

    /// <summary>The number of rows, the SHA-256 of all of them joined by line feeds, and the first.</summary>
    private static void Rows(RecordWriter map, string key, string[] rows)
    {
        var hash = rows switch
        {
            [] => s_nothing,
            [var only] => SHA256.HashData(Encoding.UTF8.GetBytes(only)),
            _ => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', rows))),
        };
        var first = rows.Length <= MaxRows ? rows : rows[..MaxRows];
        map.Rows(key, rows.Length, hash, Array.ConvertAll(first, Cut));
    }

    /// <summary>Cut at a character, never inside a surrogate pair.</summary>
    internal static string Cut(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= MaxText)
        {
            return text;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
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
