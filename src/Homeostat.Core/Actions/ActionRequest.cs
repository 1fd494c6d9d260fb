using Homeostat.Core.Estate;

namespace Homeostat.Core.Actions;

/// <summary>Names one agent.</summary>
public readonly record struct AgentId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>Names one lease.</summary>
public readonly record struct LeaseId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>Names one request; the same id with the same content is the same request again.</summary>
public readonly record struct RequestId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>How an actor decides, from a reasoner to clockwork; the level sets the regime. <c>default</c> is the strictest.</summary>
public enum AgencyLevel : byte
{
    /// <summary>A language model or a person: states a goal and, for anything irreversible, a plan; gets critics.</summary>
    Rational = 0,

    /// <summary>A learned policy.</summary>
    Adaptive = 1,

    /// <summary>A controller with declared bounds: moves only its own knob.</summary>
    Setpoint = 2,

    /// <summary>A script pinned by digest: runs its recorded repertoire.</summary>
    Mechanical = 3,
}

/// <summary>What the request is for.</summary>
/// <param name="Text">In the words of whoever set it.</param>
public sealed record Goal(string Text)
{
    /// <summary>What the goal itself names for removal.</summary>
    public IReadOnlyCollection<ResourceId> Removes
    {
        get;
        init => field = value.ToHashSet();
    } = [];

    /// <summary>What else the goal names.</summary>
    public IReadOnlyCollection<ResourceId> Changes
    {
        get;
        init => field = value.ToHashSet();
    } = [];

    public bool Names(ResourceId id) => Removes.Contains(id) || Changes.Contains(id);
}

/// <summary>
/// What the request says that it will do. Effects beyond it in kind, number, environment or identity are refused: the
/// request is not what it says it is. Null parts say nothing.
/// </summary>
public sealed record Intent
{
    public Operations? Operations { get; init; }

    /// <summary>Kinds of resource that it will touch.</summary>
    public IReadOnlyCollection<string>? Kinds { get; init; }

    /// <summary>Most resources it will touch.</summary>
    public int? Count { get; init; }

    public IReadOnlyCollection<string>? Environments { get; init; }

    public IReadOnlyCollection<ResourceId>? Targets
    {
        get;
        init => field = value?.ToHashSet();
    }
}

/// <summary>One request of an agent, translated into effects. The payload itself is never here, only its hash.</summary>
public sealed record ActionRequest
{
    public required RequestId Id { get; init; }

    public required AgentId Agent { get; init; }

    public required LeaseId Lease { get; init; }

    /// <summary>The operation in the words of the protocol it came by: <c>terraform apply</c>, <c>DROP TABLE</c>.</summary>
    public required string Operation { get; init; }

    public required IReadOnlyList<Effect> Effects { get; init; }

    /// <summary>What the agent takes for true; premises only tighten.</summary>
    public IReadOnlyList<Predicate> Premises { get; init; } = [];

    public Intent? Intent { get; init; }

    public Goal? Goal { get; init; }

    /// <summary>SHA-256 of the payload in lower-case hexadecimal; empty where there was none.</summary>
    public string PayloadHash { get; init; } = "";

    /// <summary>The caller takes a safer form or a part of it instead of a refusal.</summary>
    public bool AcceptsModified { get; init; }

    /// <summary>What the agent says of its own certainty; recorded, and used for nothing.</summary>
    public double? Confidence { get; init; }

    /// <summary>
    /// The same request with only these of its effects. What it took for true of the resources that it then leaves alone
    /// is left out with them; every other premise stays.
    /// </summary>
    public ActionRequest Narrowed(IReadOnlyList<Effect> effects)
    {
        if (Premises.Count == 0)
        {
            return this with { Effects = effects };
        }

        var left = effects.Select(effect => effect.Target).ToHashSet();
        var spared = Effects.Select(effect => effect.Target).Where(target => !left.Contains(target)).ToHashSet();
        return this with
        {
            Effects = effects,
            Premises = [.. Premises.Where(premise => !spared.Contains(premise.Subject))],
        };
    }
}
