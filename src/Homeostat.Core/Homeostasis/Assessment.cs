using System.Runtime.InteropServices;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Homeostasis;

/// <summary>One essential variable that the request would change, as the estate is known.</summary>
/// <param name="Subject">The service, asset, group (<c>service.group</c>) or guarded resource.</param>
/// <param name="StressBefore">Without the request.</param>
/// <param name="StressAfter">In the worst moment.</param>
/// <param name="Charge">Weight · factor · what the stress grows by; 0 where the goal itself names the loss.</param>
public sealed record VariableReading(
    VariableKind Kind,
    string Subject,
    Tier Tier,
    double Before,
    double After,
    double StressBefore,
    double StressAfter,
    double Charge,
    bool IsLethal,
    IReadOnlyList<string> Path
);

/// <summary>What the essential variables say of a request.</summary>
public sealed record Assessment
{
    /// <summary>What the lease's stress budget pays: the most over all worlds.</summary>
    public required double Charge { get; init; }

    /// <summary>The least over all worlds.</summary>
    public required double LeastCharge { get; init; }

    /// <summary>S = 1 − Π(1 − w·s) over the variables that change, for display only: it saturates.</summary>
    public required double StressBefore { get; init; }

    public required double StressAfter { get; init; }

    /// <summary>The changes as the estate is known, the heaviest first; made when asked for.</summary>
    public IReadOnlyList<VariableReading> Variables => Source.Read();

    public required IReadOnlyList<Finding> Findings { get; init; }

    internal ReadingSource Source { get; init; }
}

/// <summary>What the readings of an assessment are made from; <c>default</c> has none.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReadingSource(Weighing? Weighing, Consequences Consequences, AssessmentInput Input)
{
    public VariableReading[] Read() => Weighing?.Read(Consequences, Input) ?? [];
}
