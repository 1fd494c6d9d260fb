using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Scenarios;

/// <summary>What a step says of itself; it becomes an intent when the step is posed.</summary>
internal sealed record IntentSpec(
    Operations? Operations,
    IReadOnlyCollection<string>? Kinds,
    int? Count,
    IReadOnlyCollection<string>? Environments,
    Targets? Targets
)
{
    public Intent In(EstateSnapshot estate) =>
        new()
        {
            Operations = Operations,
            Kinds = Kinds,
            Count = Count,
            Environments = Environments,
            Targets = Targets?.In(estate).ToHashSet(),
        };
}

/// <summary>What is expected of a step: its verdicts in order, or <c>halt</c> for anything but a permit.</summary>
internal sealed record Expectation(string Text)
{
    public const string Halt = "halt";
    public const string Then = " then ";

    public bool IsMetBy(string actual) =>
        Text == Halt ? !actual.EndsWith(Words.Kebab(nameof(Verdict.Allow)), StringComparison.Ordinal) : Text == actual;
}

/// <summary>One action of an agent.</summary>
internal sealed record Step
{
    public required string Id { get; init; }
    public required string Agent { get; init; }
    public required string Lease { get; init; }
    public required TimeSpan After { get; init; }
    public required string Operation { get; init; }
    public required IReadOnlyList<EffectSpec> Effects { get; init; }
    public string? Goal { get; init; }

    /// <summary>What the goal names; null = just what the step does.</summary>
    public Targets? Removes { get; init; }
    public Targets? Changes { get; init; }
    public required IReadOnlyList<Predicate> Premises { get; init; }
    public required IReadOnlyList<Func<ResourceId, Predicate>> PremisesOfEach { get; init; }
    public IntentSpec? Intent { get; init; }
    public double? Confidence { get; init; }
    public required Expectation Expected { get; init; }

    /// <summary>It simply happens: nobody asks, and nobody is asked.</summary>
    public bool Happens { get; init; }

    /// <summary>A person says yes after a step-up.</summary>
    public bool IsApproved { get; init; }

    /// <summary>Nobody looks at its outcome before the end: until then it is a committed future.</summary>
    public bool IsUnobserved { get; init; }

    /// <summary>After a refusal the agent asks for the nearest admissible alternative.</summary>
    public bool TakesAlternative { get; init; }

    public ActionRequest Pose(EstateSnapshot estate, RequestId id)
    {
        Effect[] effects = [.. Effects.SelectMany(spec => spec.In(estate))];
        return new ActionRequest
        {
            Id = id,
            Agent = new AgentId(Agent),
            Lease = new LeaseId(Lease),
            Operation = Operation,
            Effects = effects,
            Goal = Goal is null ? null : GoalOf(effects, estate),
            Intent = Intent?.In(estate),
            Premises =
            [
                .. Premises,
                .. PremisesOfEach.SelectMany(
                    _ => effects.Select(effect => effect.Target).Distinct(),
                    (each, target) => each(target)
                ),
            ],
            Confidence = Confidence,
        };
    }

    private Goal GoalOf(Effect[] effects, EstateSnapshot estate)
    {
        var removes =
            Removes?.In(estate)
            ?? [.. effects.Where(effect => effect is Effect.Destroy).Select(effect => effect.Target)];
        var changes =
            Changes?.In(estate)
            ?? [.. effects.Where(effect => effect is not Effect.Destroy).Select(effect => effect.Target)];
        return new Goal(Goal!) { Removes = removes.ToHashSet(), Changes = changes.ToHashSet() };
    }
}
