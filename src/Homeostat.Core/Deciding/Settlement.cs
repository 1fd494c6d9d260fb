using System.Text;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Deciding;

/// <summary>One thing that is not as the prediction said.</summary>
public sealed record Deviation(ResourceId Id, string Expected, string Seen);

/// <summary>What became of a permit, as far as somebody looked.</summary>
/// <param name="Claim">What the agent or its gateway says; it settles nothing.</param>
/// <param name="Deviations">Where the estate is not as predicted, both sides.</param>
/// <param name="Unseen">What the sources could not see.</param>
public sealed record Settlement(
    PermitId Permit,
    string Claim,
    IReadOnlyList<Deviation> Deviations,
    IReadOnlyList<ResourceId> Unseen
)
{
    /// <summary>Nobody told of the outcome until the deadline.</summary>
    public bool IsOverdue { get; init; }
}

/// <summary>Settlements as payloads of ledger entries; the fold reads of them that the permit's future has ended.</summary>
internal static class SettlementRecord
{
    public const string ContentType = "application/vnd.homeostat.settlement+cbor";

    private const int MaxClaim = 512;

    /// <summary>Leaves room in a payload for the claim and the map around the permits.</summary>
    private const int MaxPermitBytes = Ledger.Limits.PayloadBytes - (4 * 1024);

    /// <summary>As many entries as it takes, each of one claim and of as many permits as fit.</summary>
    public static IEnumerable<(IReadOnlyList<PermitId> Permits, byte[] Payload)> EncodeTogether(
        IReadOnlyList<Settlement> settlements,
        DateTimeOffset at,
        string by
    )
    {
        foreach (var claimed in settlements.GroupBy(row => (Claim: Cut(row.Claim), row.IsOverdue)))
        {
            foreach (var permits in Packed(claimed.Select(row => row.Permit)))
            {
                yield return (permits, Encode(permits, claimed.Key.Claim, claimed.Key.IsOverdue, at, by));
            }
        }
    }

    private static IEnumerable<IReadOnlyList<PermitId>> Packed(IEnumerable<PermitId> permits)
    {
        var (pack, bytes) = (new List<PermitId>(), 0);
        foreach (var permit in permits)
        {
            // The head of a text takes at most five bytes.
            var size = Encoding.UTF8.GetByteCount(permit.Value) + 5;
            if (pack.Count > 0 && bytes + size > MaxPermitBytes)
            {
                yield return pack;
                (pack, bytes) = ([], 0);
            }

            pack.Add(permit);
            bytes += size;
        }

        yield return pack;
    }

    private static byte[] Encode(
        IReadOnlyList<PermitId> permits,
        string claim,
        bool isOverdue,
        DateTimeOffset at,
        string by
    ) =>
        RecordWriter.Encode(map =>
        {
            map.Text("event", LeaseEventRecord.SettledTogether);
            map.Texts("permits", [.. permits.Select(permit => permit.Value)]);
            map.Time("at", at);
            map.Text("by", by);
            map.Text("claim", claim);
            map.Flag("overdue", isOverdue);
        });

    private static string Cut(string claim) => claim.Length <= MaxClaim ? claim : claim[..MaxClaim];

    public static byte[] Encode(Settlement settlement, DateTimeOffset at, string by) =>
        RecordWriter.Encode(map =>
        {
            map.Text("event", "settled");
            map.Text("permit", settlement.Permit.Value);
            map.Time("at", at);
            map.Text("by", by);
            map.Text("claim", Cut(settlement.Claim));
            map.Flag("overdue", settlement.IsOverdue);
            map.Maps(
                "deviations",
                [.. settlement.Deviations.Take(Limits.MaxExpectations)],
                (inner, deviation) =>
                {
                    inner.Text("id", deviation.Id.Value);
                    inner.Text("expected", deviation.Expected);
                    inner.Text("seen", deviation.Seen);
                }
            );
            map.Texts("unseen", [.. settlement.Unseen.Take(Limits.MaxExpectations).Select(id => id.Value)]);
        });
}
