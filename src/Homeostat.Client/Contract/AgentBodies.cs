namespace Homeostat.Client.Contract;

/// <summary>An agent with the leases of it that the token may see.</summary>
/// <param name="Valid">How many of its leases can be used now.</param>
/// <param name="Ended">How many cannot any more.</param>
/// <param name="Outstanding">Permits that nobody has observed yet.</param>
/// <param name="Verdicts">Decisions since the service started, by verdict; what was observed only counts as would-be-….</param>
public sealed record AgentBody(
    string Agent,
    int Valid,
    int Ended,
    int Outstanding,
    IReadOnlyDictionary<string, long> Verdicts,
    DateTimeOffset? LastDecision = null
);

/// <param name="Since">When the service started to count.</param>
/// <param name="Next">What to ask for as <c>after</c> to go on; null at the end.</param>
public sealed record AgentPage(IReadOnlyList<AgentBody> Agents, DateTimeOffset Since, string? Next = null);

/// <summary>A decision as it stands on the log; its lists are cut as they are there.</summary>
/// <param name="Index">Of its entry.</param>
/// <param name="WouldBe">In observe mode, the verdict that enforcing would have given.</param>
public sealed record DecisionEvent(
    long Index,
    DateTimeOffset At,
    string Agent,
    string Lease,
    string Request,
    string Operation,
    string Verdict,
    IReadOnlyList<string> Effects,
    IReadOnlyList<string> Findings,
    string? Permit = null,
    string? WouldBe = null
);

/// <summary>Entries of the log that a slow reader of events was not told of; the log has them.</summary>
public sealed record MissedEvent(long Missed, long From, long To);
