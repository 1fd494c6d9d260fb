using System.Runtime.InteropServices;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

/// <summary>What would differ from doing nothing in one world, given that some of what others may do has happened.</summary>
/// <param name="Futures">Which subset of the committed futures; outcomes of one subset are judged together.</param>
/// <param name="IsBound">Not a world but a bound over many: harm in it is possible, never proven.</param>
internal sealed record WorldOutcome(int Futures, bool IsBound, VariableChange[] Changes, ChangePaths Paths);

/// <summary>
/// Paths from touched resources, for the first of the changes: where each ends, and all their nodes, in one array.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ChangePaths(int Count, int[] Cells)
{
    /// <summary>Empty for a change that came too late to get one.</summary>
    public ReadOnlySpan<int> Of(int change) =>
        change >= Count ? []
        : change == 0 ? Cells.AsSpan(Count, Cells[0])
        : Cells.AsSpan(Count + Cells[change - 1], Cells[change] - Cells[change - 1]);
}

/// <summary>An impaired resource, and the one whose loss brought it down (-1 = an effect).</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ImpairedNode(int Node, int Before, int After, int Cause);

/// <summary>An effect that nobody could take back, and why.</summary>
public sealed record Irreversibility(Effect Effect, ResourceId Subject, Tier Tier, string Reason)
{
    /// <summary>There may be a way back: the evidence of these is too old to tell. Empty = there is none.</summary>
    public IReadOnlyList<ResourceId> LookAt { get; init; } = [];
}

/// <summary>The way back from an effect.</summary>
public sealed record WayBack(Effect Effect, string By);

/// <summary>What others could reach afterwards that they cannot reach now.</summary>
public sealed record ExposureGain(ResourceId Target, string To, Privilege Privilege, int Principals, Tier Tier);

/// <summary>A resource that works less than before, and the chain of losses that brought it down.</summary>
public sealed record Impairment(ResourceId Resource, int Before, int After, IReadOnlyList<ResourceId> Path);

/// <summary>Everything that a request would do, compared with doing nothing.</summary>
public sealed class Consequences
{
    internal Consequences() { }

    internal EstateSnapshot Estate { get; init; } = EstateSnapshot.Empty;

    /// <summary>As they were judged: none passes sooner than its target is known to take.</summary>
    public IReadOnlyList<Effect> Effects { get; internal init; } = [];

    internal IReadOnlyList<WorldOutcome> Outcomes { get; init; } = [];

    internal ImpairedNode[] ImpairedNodes { get; init; } = [];

    /// <summary>What worked and is no longer supplied, whatever else befalls it.</summary>
    internal int[] LeaningNodes { get; init; } = [];

    internal int[] DestroyedNodes { get; init; } = [];

    /// <summary>Those of them that no effect names: they end with something else.</summary>
    internal int[] EndedNodes { get; init; } = [];

    internal int[] LostCopies { get; init; } = [];

    internal int[] GuardNodes { get; init; } = [];

    internal Footprint Footprint { get; init; } = Footprint.Nothing;

    /// <summary>Resources that the effects name.</summary>
    public required IReadOnlyList<ResourceId> Touched { get; init; }

    /// <summary>Resources that still exist afterwards and work less than they would have.</summary>
    public IEnumerable<ResourceId> Impaired => ImpairedNodes.Select(node => Estate.IdOf(node.Node));

    /// <summary>Resources that end: those named for it, and those that end with them.</summary>
    public IEnumerable<ResourceId> Destroyed => DestroyedNodes.Select(Estate.IdOf);

    /// <summary>Guards that would no longer guard.</summary>
    public IEnumerable<ResourceId> GuardsLost => GuardNodes.Select(Estate.IdOf);

    /// <summary>The copies of data that would be lost: holder and asset.</summary>
    public IEnumerable<(ResourceId Holder, AssetId Asset)> CopiesLost =>
        LostCopies.Select(copy => (Estate.IdOf(Estate.Copy(copy).Holder), Estate.AssetIdOf(Estate.Copy(copy).Asset)));

    public required IReadOnlyList<Irreversibility> Irreversible { get; init; }

    public required IReadOnlyList<WayBack> WaysBack { get; init; }

    public required IReadOnlyList<ExposureGain> Exposures { get; init; }

    /// <summary>Touched, but no record describes them: unknown, in use and tier 0 until somebody looks.</summary>
    public required IReadOnlyList<ResourceId> Unseen { get; init; }

    /// <summary>Effects for which the model has no transition, with what is missing.</summary>
    public required IReadOnlyList<(Effect Effect, string Missing)> Unregulated { get; init; }

    /// <summary>Resources whose evidence is past its shelf life and would decide between worlds.</summary>
    public required IReadOnlyList<ResourceId> UnsettledBy { get; init; }

    /// <summary>The age of the oldest evidence that was used; null when none was, or the time of some is unknown.</summary>
    public required TimeSpan? OldestEvidence { get; init; }

    /// <summary>Permits of others that were taken into account because they touch the same things.</summary>
    public required IReadOnlyList<PermitId> Considered { get; init; }

    /// <summary>The impaired resources with the chain of losses that brought each down.</summary>
    public IEnumerable<Impairment> Impairments
    {
        get
        {
            var causes = ImpairedNodes.ToDictionary(node => node.Node, node => node.Cause);
            return ImpairedNodes.Select(node => new Impairment(
                Estate.IdOf(node.Node),
                node.Before,
                node.After,
                PathTo(node.Node, causes)
            ));
        }
    }

    private List<ResourceId> PathTo(int node, Dictionary<int, int> causes)
    {
        var path = new List<ResourceId> { Estate.IdOf(node) };
        while (causes.TryGetValue(node, out var cause) && cause >= 0 && path.Count <= causes.Count)
        {
            node = cause;
            path.Insert(0, Estate.IdOf(node));
        }

        return path;
    }
}
