using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Terraform;

/// <summary>What a plan would do, in the model's words.</summary>
public sealed class TerraformPlan
{
    private readonly IReadOnlyList<Effect> _effects;

    internal TerraformPlan(string fileName, string sha256, IReadOnlyList<Effect> effects) =>
        (FileName, Sha256, _effects) = (fileName, sha256, effects);

    public string FileName { get; }

    /// <summary>SHA-256 of the plan's file in lower-case hexadecimal.</summary>
    public string Sha256 { get; }

    /// <summary>The addresses that the plan destroys, with the pseudo resources that end with them.</summary>
    public required IReadOnlyCollection<ResourceId> Removes { get; init; }

    /// <summary>Whatever else the plan touches.</summary>
    public required IReadOnlyCollection<ResourceId> Changes { get; init; }

    /// <summary>Where the world is not as Terraform left it, one line each.</summary>
    public required IReadOnlyList<string> Drift { get; init; }

    /// <summary>Why the plan is not all that would be done, because it met an error or deferred changes; null where it is.</summary>
    public string? Unfinished { get; init; }

    /// <summary>The plan was made with <c>-destroy</c>, so that a part of it must be too.</summary>
    public bool IsDestroy { get; init; }

    /// <summary>What the plan would do, in the plan's order.</summary>
    public IReadOnlyList<Effect> Effects() => _effects;

    /// <summary>The plan as a request: its goal names its own changes, and its intent is exactly them.</summary>
    public ActionRequest ToRequest(AgentId agent, LeaseId lease, RequestId id) =>
        new()
        {
            Id = id,
            Agent = agent,
            Lease = lease,
            Operation = "terraform apply",
            Effects = _effects,
            Goal = new Goal($"apply {FileName}") { Removes = Removes, Changes = Changes },
            Intent = new Intent
            {
                Operations = _effects.Aggregate(Operations.None, (all, effect) => all | effect.Operation),
                Count = Removes.Union(Changes).Count(),
                Targets = [.. _effects.Select(effect => effect.Target).Distinct()],
            },
            PayloadHash = Sha256,
        };
}
