using System.Runtime.InteropServices;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

/// <summary>An essential variable that would have another value than without the request, in one world.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct VariableChange
{
    public VariableKind Kind { get; init; }

    /// <summary>Index of the service, asset, group or guarded resource.</summary>
    public int Subject { get; init; }

    /// <summary>Effective tier of the subject.</summary>
    public Tier Tier { get; init; }

    public double Before { get; init; }

    /// <summary>In the worst moment.</summary>
    public double After { get; init; }

    /// <summary>When everything passing is over.</summary>
    public double Settled { get; init; }

    /// <summary>The healthy bound where the subject has its own; 0 = the table's.</summary>
    public double Healthy { get; init; }

    /// <summary>What holds the variable up: units supplied, copies, ways back; losing some of a dead one makes it worse.</summary>
    public int SupportBefore { get; init; }

    public int SupportAfter { get; init; }

    /// <summary>The resource whose loss brought it down, for the path; -1 = the subject itself.</summary>
    public int Cause { get; init; }

    /// <summary>It rests on relations whose evidence is past its shelf life: they may not hold any more.</summary>
    public bool RestsOnStaleRelation { get; init; }
}
