using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
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

    public static byte[] Encode(Settlement settlement, DateTimeOffset at, string by) =>
        RecordWriter.Encode(map =>
        {
            map.Text("event", "settled");
            map.Text("permit", settlement.Permit.Value);
            map.Time("at", at);
            map.Text("by", by);
            map.Text("claim", settlement.Claim.Length <= MaxClaim ? settlement.Claim : settlement.Claim[..MaxClaim]);
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
