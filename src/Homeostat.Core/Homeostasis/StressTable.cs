using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Homeostasis;

/// <summary>Between which bounds a variable is healthy, and when its loss is lethal.</summary>
/// <param name="Healthy">The value at which there is no stress.</param>
/// <param name="Lethal">The value at which stress is complete.</param>
/// <param name="CanBeLethal">Whether reaching the lethal bound kills, or only hurts.</param>
/// <param name="Factor">What a complete stress of this variable weighs.</param>
public sealed record Setpoint(double Healthy, double Lethal, bool CanBeLethal, double Factor)
{
    /// <summary>s = clamp((h − x) / (h − l), 0, 1).</summary>
    public double Stress(double x) => StressOf(x, Healthy, Lethal);

    /// <summary>The same with a healthy bound of this variable's own (what its asset declares).</summary>
    public double Stress(double x, double healthy) => StressOf(x, healthy, Lethal);

    /// <summary>Whether a value this low kills.</summary>
    public bool IsLethal(double x) => CanBeLethal && (Healthy > Lethal ? x <= Lethal : x >= Lethal);

    private static double StressOf(double x, double healthy, double lethal) =>
        healthy == lethal ? 0 : Math.Clamp((healthy - x) / (healthy - lethal), 0, 1);
}

/// <summary>Every number of the judgement, in one place. The defaults are those of docs/configuration.md.</summary>
public sealed record StressTable
{
    public static StressTable Default { get; } = new();

    public IReadOnlyDictionary<VariableKind, Setpoint> Setpoints { get; init; } =
        new Dictionary<VariableKind, Setpoint>
        {
            [VariableKind.Availability] = new(1, 0, CanBeLethal: true, 1),
            [VariableKind.Durability] = new(1, 0, CanBeLethal: true, 1),
            [VariableKind.Recoverability] = new(1, 0, CanBeLethal: true, 1),
            [VariableKind.Headroom] = new(1, 0, CanBeLethal: false, 0.05),
            [VariableKind.GuardIntegrity] = new(1, 0, CanBeLethal: false, 0.05),
            [VariableKind.Exposure] = new(1, 2, CanBeLethal: false, 0.5),
            [VariableKind.Spend] = new(1, 2, CanBeLethal: false, 0.5),
        };

    /// <summary>Weights of effective tiers 0 to 3.</summary>
    public IReadOnlyList<double> TierWeights { get; init; } = [1, 0.5, 0.1, 0.02];

    /// <summary>Losses an asset of effective tier 0 or 1 must survive, plus one, where it declares nothing.</summary>
    public int CriticalDurability { get; init; } = 2;

    /// <summary>Recovery paths a service of effective tier 0 must have.</summary>
    public int CriticalRecoverability { get; init; } = 2;

    /// <summary>What stopped but complete standbys count for.</summary>
    public double StoppedStandby { get; init; } = 0.9;

    /// <summary>What is left of stress after one hop along Needs, when it lowers the budgets of those who act nearby.</summary>
    public double LeakPerHop { get; init; } = 0.5;

    public double TierWeight(Tier tier) => TierWeights[(int)tier];
}
