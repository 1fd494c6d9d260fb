using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Simulation;

namespace Homeostat.Estates.Overlay;

/// <summary>Reads what is said of the judgement itself: defaults, modes, shelf lives, the stress table, the review's lease.</summary>
internal static class SettingsReader
{
    private const int MaxCount = 1_000_000;
    private const double MaxBound = 1_000_000;
    private const double MaxFactor = 1_000;

    private static readonly Dictionary<string, EnforcementMode> ModeNames = new()
    {
        ["enforce"] = EnforcementMode.Enforce,
        ["observe"] = EnforcementMode.Observe,
    };

    private static readonly Dictionary<string, VariableKind> VariableNames = new()
    {
        ["availability"] = VariableKind.Availability,
        ["durability"] = VariableKind.Durability,
        ["recoverability"] = VariableKind.Recoverability,
        ["headroom"] = VariableKind.Headroom,
        ["guardIntegrity"] = VariableKind.GuardIntegrity,
        ["exposure"] = VariableKind.Exposure,
        ["spend"] = VariableKind.Spend,
    };

    public static OverlayDefaults ReadDefaults(Section root) =>
        root.Child("defaults", OverlayKeys.Defaults) is { } section
            ? new OverlayDefaults { Tier = section.TierOf(), Environments = section.Environments() ?? [] }
            : new OverlayDefaults();

    public static IReadOnlyDictionary<string, EnforcementMode> ReadModes(Section root)
    {
        var modes = new Dictionary<string, EnforcementMode>();
        foreach (var (name, section) in root.Named("environments", OverlayKeys.Environment))
        {
            if (!section.Has("mode"))
            {
                section.Refuse("mode is missing; one of enforce, observe is right");
            }

            if (section.Choice("mode", ModeNames) is { } mode && section.CheckName(name.Place, name.Value))
            {
                modes[name.Value] = mode;
            }
        }

        return modes;
    }

    public static ReviewTerms ReadReview(Section root) =>
        root.Child("review", OverlayKeys.Review) is { } section
            ? new ReviewTerms
            {
                StressBudget = section.Number("stressBudget", 0, MaxFactor) ?? new ReviewTerms().StressBudget,
                MaxResources = section.Integer("maxResources", 0, MaxCount),
                MaxIrreversible = section.Integer("maxIrreversible", 0, MaxCount),
            }
            : new ReviewTerms();

    public static ShelfLives ReadShelfLives(Section root)
    {
        var defaults = ShelfLives.Default;
        return root.Child("shelfLives", OverlayKeys.ShelfLives) is { } section
            ? new ShelfLives
            {
                Metric = section.Duration("metric") ?? defaults.Metric,
                ReplicationLag = section.Duration("replicationLag") ?? defaults.ReplicationLag,
                State = section.Duration("state") ?? defaults.State,
                Existence = section.Duration("existence") ?? defaults.Existence,
                BackupAge = section.Duration("backupAge") ?? defaults.BackupAge,
                RestoreTest = section.Duration("restoreTest") ?? defaults.RestoreTest,
            }
            : defaults;
    }

    public static StressTable ReadStress(Section root)
    {
        var defaults = StressTable.Default;
        return root.Child("stress", OverlayKeys.Stress) is { } section
            ? new StressTable
            {
                Setpoints = SetpointsOf(section, defaults),
                TierWeights = WeightsOf(section) ?? defaults.TierWeights,
                CriticalDurability =
                    section.Integer("criticalDurability", 1, Core.Limits.MaxCopies) ?? defaults.CriticalDurability,
                CriticalRecoverability =
                    section.Integer("criticalRecoverability", 1, Core.Limits.MaxCopies)
                    ?? defaults.CriticalRecoverability,
                StoppedStandby = section.Number("stoppedStandby", 0, 1) ?? defaults.StoppedStandby,
                LeakPerHop = section.Number("leakPerHop", 0, 0.99) ?? defaults.LeakPerHop,
            }
            : defaults;
    }

    private static Dictionary<VariableKind, Setpoint> SetpointsOf(Section stress, StressTable defaults)
    {
        var setpoints = defaults.Setpoints.ToDictionary();
        if (stress.Child("variables", OverlayKeys.Variables) is not { } variables)
        {
            return setpoints;
        }

        foreach (var (name, kind) in VariableNames)
        {
            if (variables.Child(name, OverlayKeys.Variable) is { } section)
            {
                setpoints[kind] = SetpointOf(section, setpoints[kind]);
            }
        }

        return setpoints;
    }

    private static Setpoint SetpointOf(Section section, Setpoint before)
    {
        var setpoint = new Setpoint(
            section.Number("healthy", 0, MaxBound) ?? before.Healthy,
            section.Number("lethal", 0, MaxBound) ?? before.Lethal,
            section.Flag("canBeLethal") ?? before.CanBeLethal,
            section.Number("factor", 0, MaxFactor) ?? before.Factor
        );
        if (setpoint.Healthy == setpoint.Lethal)
        {
            section.Refuse("healthy and lethal are the same, so that nothing could ever be stressed; move one of them");
        }

        return setpoint;
    }

    private static IReadOnlyList<double>? WeightsOf(Section section)
    {
        if (section.Numbers("tierWeights", 0, 1) is not { } weights)
        {
            return null;
        }

        if (weights.Count != 4)
        {
            section.Refuse(
                "tierWeights",
                $"found {weights.Count} weights; one for each of the tiers 0, 1, 2, 3 is right"
            );
            return null;
        }

        if (weights.Zip(weights.Skip(1)).Any(pair => pair.First < pair.Second))
        {
            section.Refuse(
                "tierWeights",
                "a less critical tier weighs more than a more critical one; put the largest first"
            );
        }

        return weights;
    }
}
