using System.Text.Json;

namespace Homeostat.Client.Contract;

/// <summary>What an agent wants to do, in effects on resources; the lease is that of the secret it shows.</summary>
public sealed record DecisionBody
{
    /// <summary>In the words of the protocol that will carry it out: <c>terraform apply</c>.</summary>
    public required string Operation { get; init; }

    public required IReadOnlyList<EffectBody> Effects { get; init; }

    public IReadOnlyList<PremiseBody> Premises
    {
        get => field ?? [];
        init;
    }

    public IntentBody? Intent { get; init; }

    public GoalBody? Goal { get; init; }

    /// <summary>SHA-256 of the payload in lower-case hexadecimal.</summary>
    public string? PayloadHash { get; init; }

    /// <summary>Recorded, and used for nothing.</summary>
    public double? Confidence { get; init; }
}

/// <summary>One effect on one resource; which of the other members belong to it depends on what is done.</summary>
public sealed record EffectBody
{
    /// <summary>destroy, stop, start, create, change, detach, attach, promote, lose-data, expose, grant, revoke, disable-guard, read, delegate or unknown.</summary>
    public required string Do { get; init; }

    public required string Id { get; init; }

    /// <summary>create: the kind of what is made.</summary>
    public string? Kind { get; init; }

    /// <summary>create: where it will stand.</summary>
    public LocationBody? Location { get; init; }

    /// <summary>create: what it will serve.</summary>
    public IReadOnlyList<string>? Environments { get; init; }

    /// <summary>change: the fact that gets a new value.</summary>
    public string? Key { get; init; }

    /// <summary>change: the new value, a number, a text or a flag.</summary>
    public JsonElement? Value { get; init; }

    /// <summary>change: unknown (the default), harmless, restart or capacity.</summary>
    public string? Impact { get; init; }

    /// <summary>detach: what is served no longer.</summary>
    public string? From { get; init; }

    /// <summary>attach: a resource; expose: who can reach it.</summary>
    public string? To { get; init; }

    /// <summary>attach: the target does not work without it from now on.</summary>
    public bool NeedsIt { get; init; }

    /// <summary>lose-data: the asset.</summary>
    public string? Asset { get; init; }

    /// <summary>lose-data: how many rows or objects; absent = all, or nobody knows.</summary>
    public long? Rows { get; init; }

    /// <summary>lose-data: of this holder's copy only.</summary>
    public bool CopyOnly { get; init; }

    /// <summary>grant, revoke, delegate: to whom.</summary>
    public string? Principal { get; init; }

    /// <summary>expose, grant: read, write, delete or administer.</summary>
    public string? Privilege { get; init; }

    /// <summary>expose: how many principals; absent = anybody.</summary>
    public int? Principals { get; init; }

    /// <summary>delegate: what sets it off.</summary>
    public string? Trigger { get; init; }

    /// <summary>read: how the content is classified.</summary>
    public string? Classification { get; init; }

    /// <summary>unknown: what could not be understood.</summary>
    public string? What { get; init; }

    /// <summary>destroy: a new one is made in its place right after.</summary>
    public bool Recreated { get; init; }

    public double? DelaySeconds { get; init; }

    public double? DurationSeconds { get; init; }
}

public sealed record LocationBody
{
    public string? Provider { get; init; }
    public string? Account { get; init; }
    public string? Region { get; init; }
    public string? Zone { get; init; }
}

/// <summary>What the agent takes for true: <c>{"id":"db-a","key":"cpu_percent","is":"less","value":5}</c>.</summary>
public sealed record PremiseBody
{
    public required string Id { get; init; }
    public required string Key { get; init; }

    /// <summary>equal, not-equal, less, less-or-equal, greater or greater-or-equal.</summary>
    public required string Is { get; init; }

    public required JsonElement Value { get; init; }
}

/// <summary>What the request says that it will do; what goes beyond it is refused.</summary>
public sealed record IntentBody
{
    public IReadOnlyList<string>? Operations { get; init; }
    public int? Count { get; init; }
    public IReadOnlyList<string>? Environments { get; init; }
    public IReadOnlyList<string>? Targets { get; init; }
}

public sealed record GoalBody
{
    public required string Text { get; init; }
    public IReadOnlyList<string> Removes
    {
        get => field ?? [];
        init;
    }
    public IReadOnlyList<string> Changes
    {
        get => field ?? [];
        init;
    }
}

/// <summary>The answer to a decision or a simulation.</summary>
public sealed record DecisionAnswer
{
    /// <summary>deny, defer, step-up, modify or allow.</summary>
    public required string Verdict { get; init; }

    /// <summary>In observe mode, the verdict that enforcing would have given; absent where the verdict binds.</summary>
    public string? WouldBe { get; init; }

    public required string Request { get; init; }

    /// <summary>The right to go ahead; absent unless the verdict is allow, and in every simulation.</summary>
    public PermitBody? Permit { get; init; }

    public required IReadOnlyList<FindingBody> Findings { get; init; }

    public ConsequencesBody? Consequences { get; init; }

    public AlternativeBody? Alternative { get; init; }

    /// <summary>The proof that the decision is on the log; absent in a simulation, and where the log could not take it.</summary>
    public ReceiptBody? Receipt { get; init; }

    /// <summary>The sources looked again at what mattered before this was decided.</summary>
    public bool Looked { get; init; }
}

/// <param name="SettleBefore">Afterwards the service looks by itself; null = there is nothing to settle, because looking changes nothing.</param>
public sealed record PermitBody(string Id, DateTimeOffset? SettleBefore = null);

public sealed record FindingBody
{
    public required string Test { get; init; }
    public required string AtMost { get; init; }
    public required string Reason { get; init; }
    public string? Remedy { get; init; }
    public IReadOnlyList<string>? Path { get; init; }
    public IReadOnlyList<string>? LookAt { get; init; }
    public double? EvidenceAgeSeconds { get; init; }
}

public sealed record ConsequencesBody
{
    public required double Charge { get; init; }
    public required double StressBefore { get; init; }
    public required double StressAfter { get; init; }
    public required IReadOnlyList<string> Destroyed { get; init; }
    public required IReadOnlyList<string> Impaired { get; init; }
    public required IReadOnlyList<string> CannotBeUndone { get; init; }

    /// <summary>Lists longer than the limit are cut; this is how many rows were left out.</summary>
    public int LeftOut { get; init; }
}

public sealed record AlternativeBody
{
    public required IReadOnlyList<string> Keep { get; init; }
    public required IReadOnlyList<string> LeaveOut { get; init; }
    public required IReadOnlyList<string> Instead { get; init; }
    public bool NotProvenLargest { get; init; }
}

public sealed record ReceiptBody(
    long Index,
    long TreeSize,
    string LeafHash,
    string Root,
    string Checkpoint,
    IReadOnlyList<string> InclusionProof
)
{
    /// <summary>durable, or witnessed where others have cosigned the checkpoint too.</summary>
    public string Standing { get; init; } = "durable";

    /// <summary>The witnesses that cosigned the checkpoint.</summary>
    public IReadOnlyList<string> WitnessedBy
    {
        get => field ?? [];
        init;
    }

    /// <summary>none, or separate-store where a restored backup of the log could not sign another history.</summary>
    public string ForkProtection { get; init; } = "none";
}

/// <summary>What became of a permit, as the agent says; only observation settles.</summary>
public sealed record OutcomeBody
{
    public required string Permit { get; init; }

    /// <summary>done, failed or not-run.</summary>
    public required string Claim { get; init; }
}

public sealed record OutcomeAnswer
{
    public required string Permit { get; init; }

    /// <summary>The future has ended; false = the sources have not seen the outcome yet, and will be asked again.</summary>
    public required bool Settled { get; init; }

    /// <summary>Where the estate is not as predicted.</summary>
    public IReadOnlyList<DeviationBody> Deviations
    {
        get => field ?? [];
        init;
    }

    /// <summary>What no source has seen since the permit was given.</summary>
    public IReadOnlyList<string> Unseen
    {
        get => field ?? [];
        init;
    }
}

public sealed record DeviationBody(string Id, string Expected, string Seen);
