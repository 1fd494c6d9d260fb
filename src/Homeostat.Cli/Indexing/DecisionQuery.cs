using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;

namespace Homeostat.Cli.Indexing;

/// <summary>Which decisions are asked for; what is null is not asked.</summary>
/// <param name="Resource">One of the recorded effects is on it.</param>
/// <param name="Since">Decided then or later.</param>
/// <param name="Until">Decided before then.</param>
internal sealed record DecisionQuery(
    string? Agent,
    string? Resource,
    Verdict? Verdict,
    DateTimeOffset? Since,
    DateTimeOffset? Until
)
{
    /// <summary>The question put to the entry itself, whatever an index says of it.</summary>
    public bool Matches(DecisionEntry decision) =>
        (Agent is null || decision.Agent == Agent)
        && (Resource is null || decision.RecordedEffects.Any(effect => effect.MayTouch(Resource)))
        && (Verdict is null || decision.Verdict == Verdict)
        && (Since is null || decision.Time >= Since)
        && (Until is null || decision.Time < Until);
}

/// <summary>One decision, as the log has it and not as an index has it.</summary>
internal sealed record FoundDecision(long Index, string Leaf, DecisionEntry Decision);

/// <summary>What a query found.</summary>
/// <param name="Decisions">The newest, in the order of the log.</param>
/// <param name="Matching">How many match, those that are not among <paramref name="Decisions"/> included.</param>
/// <param name="Unsure">Decisions of more effects than their record names; any of them may be about the resource too.</param>
/// <param name="Rejected">Entries that say they are decisions and were not believed, and why.</param>
internal sealed record QueryAnswer(
    IReadOnlyList<FoundDecision> Decisions,
    long Matching,
    IReadOnlyList<long> Unsure,
    IReadOnlyList<(long Index, string Problem)> Rejected
);
