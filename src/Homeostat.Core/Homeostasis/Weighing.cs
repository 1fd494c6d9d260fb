using System.Runtime.InteropServices;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Homeostasis;

/// <summary>What a request costs in one world.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Toll
{
    /// <summary>Σ weight · factor · max(0, s_after − s_inaction), variable by variable.</summary>
    public double Charge { get; init; }

    /// <summary>A variable of tier 0 or 1 becomes lethal.</summary>
    public bool IsLethal { get; init; }

    /// <summary>And that rests on no relation whose evidence is past its shelf life.</summary>
    public bool ProvenLethal { get; init; }

    /// <summary>Positions in the outcome's changes; -1 = none.</summary>
    public int LethalChange { get; init; }

    public int DearestChange { get; init; }

    /// <summary>A variable of tier 0 or 1 that was lethal before and loses some of what still holds it up.</summary>
    public string? Weakened { get; init; }
}

/// <summary>Turns the changes of essential variables into stress and charge.</summary>
internal sealed class Weighing(StressTable table)
{
    public Toll Weigh(Consequences consequences, WorldOutcome outcome, AssessmentInput input)
    {
        long charge = 0;
        double dearestCharge = -1;
        int lethal = -1,
            dearest = -1;
        var isProven = false;
        string? weakened = null;
        for (var at = 0; at < outcome.Changes.Length; at++)
        {
            ref readonly var change = ref outcome.Changes[at];
            var price = Charge(consequences, change, input);
            charge += Amount.Of(price);
            if (price > dearestCharge)
            {
                (dearest, dearestCharge) = (at, price);
            }

            if (
                BecomesLethal(consequences, change, input) && (lethal < 0 || change.Tier < outcome.Changes[lethal].Tier)
            )
            {
                lethal = at;
            }

            isProven |= BecomesLethal(consequences, change, input) && !change.RestsOnStaleRelation;
            weakened ??= IsWeakened(change) ? Weakened(consequences, change) : null;
        }

        return new Toll
        {
            Charge = Amount.ToDouble(charge),
            IsLethal = lethal >= 0,
            ProvenLethal = isProven,
            LethalChange = lethal,
            DearestChange = dearest,
            Weakened = weakened,
        };
    }

    /// <summary>S = 1 − Π(1 − w·s) over the variables that change, as the estate is known: without and with the request.</summary>
    public (double Before, double After) Saturated(Consequences consequences, AssessmentInput input)
    {
        double before = 1,
            after = 1;
        foreach (ref readonly var change in consequences.Outcomes[0].Changes.AsSpan())
        {
            var weight = table.TierWeight(change.Tier) * table.Setpoints[change.Kind].Factor;
            before *= 1 - weight * Stress(change, change.Before);
            after *= 1 - weight * Stress(change, WorstOf(consequences, change, input));
        }

        return (1 - before, 1 - after);
    }

    /// <summary>The changes as the estate is known, the heaviest first.</summary>
    public VariableReading[] Read(Consequences consequences, AssessmentInput input)
    {
        var known = consequences.Outcomes[0];
        var readings = new VariableReading[known.Changes.Length];
        for (var at = 0; at < readings.Length; at++)
        {
            var change = known.Changes[at];
            readings[at] = new VariableReading(
                change.Kind,
                Names.SubjectOf(consequences.Estate, change),
                change.Tier,
                change.Before,
                WorstOf(consequences, change, input),
                Stress(change, change.Before),
                Stress(change, WorstOf(consequences, change, input)),
                Charge(consequences, change, input),
                BecomesLethal(consequences, change, input),
                PathOf(consequences, known, at)
            );
        }

        Array.Sort(readings, (left, right) => right.Charge.CompareTo(left.Charge));
        return readings;
    }

    /// <summary>
    /// Positions of the variables that become lethal in a world: the most critical of each kind first, then the next of each.
    /// </summary>
    public IReadOnlyList<int> LethalChanges(Consequences consequences, WorldOutcome outcome, AssessmentInput input) =>
        [
            .. Enumerable
                .Range(0, outcome.Changes.Length)
                .Where(at => BecomesLethal(consequences, outcome.Changes[at], input))
                .GroupBy(at => outcome.Changes[at].Kind)
                .SelectMany(kind => kind.OrderBy(at => outcome.Changes[at].Tier).Select((at, rank) => (at, rank)))
                .OrderBy(pair => pair.rank)
                .ThenBy(pair => outcome.Changes[pair.at].Tier)
                .ThenBy(pair => pair.at)
                .Select(pair => pair.at),
        ];

    /// <summary>In words, with the path from what is touched to the variable.</summary>
    public (string Reason, IReadOnlyList<string> Path) Explain(Consequences consequences, WorldOutcome outcome, int at)
    {
        if (at < 0)
        {
            return ("", []);
        }

        var change = outcome.Changes[at];
        var subject = Names.SubjectOf(consequences.Estate, change);
        var text = change.Kind switch
        {
            VariableKind.Availability =>
                $"{subject} (tier {(int)change.Tier}) would work at {change.After:P0}, from {change.Before:P0}",
            VariableKind.Durability when change.After <= 0 =>
                $"{subject} (tier {(int)change.Tier}) would be gone: no copy of it is left that counts",
            VariableKind.Durability =>
                $"{subject} (tier {(int)change.Tier}) would be {(change.After > 1 ? $"{change.After:0} losses" : "one loss")} from being gone, {HealthyOf(change):0} are asked for",
            VariableKind.Recoverability =>
                $"{subject} (tier {(int)change.Tier}) would have {change.After:0.#} ways back, from {change.Before:0.#}",
            VariableKind.Headroom => $"{subject} would have {change.After:0} to spare, from {change.Before:0}",
            VariableKind.Exposure =>
                $"{subject} (tier {(int)change.Tier}) would be open to {change.After:0.#} times what its limit allows, from {change.Before:0.#}",
            VariableKind.GuardIntegrity =>
                $"{change.After:P0} of the guards of {subject} would guard, from {change.Before:P0}",
            _ => $"{change.Kind} of {subject} would be {change.After:0.##}, from {change.Before:0.##}",
        };
        return (text, PathOf(consequences, outcome, at));
    }

    private static string[] PathOf(Consequences consequences, WorldOutcome outcome, int at)
    {
        var subject = Names.SubjectOf(consequences.Estate, outcome.Changes[at]);
        var path = new List<string>();
        foreach (var node in outcome.Paths.Of(at))
        {
            path.Add(consequences.Estate.IdOf(node).Value);
        }

        if (path.Count == 0 || path[^1] != subject)
        {
            path.Add(subject);
        }

        return [.. path];
    }

    private double Charge(Consequences consequences, in VariableChange change, AssessmentInput input)
    {
        if (IsPurpose(consequences, change, input.Goal))
        {
            return 0;
        }

        var growth = Stress(change, WorstOf(consequences, change, input)) - Stress(change, change.Before);
        return growth <= 0 ? 0 : table.TierWeight(change.Tier) * table.Setpoints[change.Kind].Factor * growth;
    }

    private bool BecomesLethal(Consequences consequences, in VariableChange change, AssessmentInput input)
    {
        var setpoint = table.Setpoints[change.Kind];
        return change.Tier <= Tier.One
            && setpoint.IsLethal(WorstOf(consequences, change, input))
            && !setpoint.IsLethal(change.Before);
    }

    /// <summary>What is gone already, and what would be left of what could bring it back.</summary>
    private static string Weakened(Consequences consequences, in VariableChange change)
    {
        var subject = Names.SubjectOf(consequences.Estate, change);
        var (lost, support) = change.Kind switch
        {
            VariableKind.Durability => ($"{subject} has no copy that is known to be good", "copies of any kind"),
            VariableKind.Recoverability => (
                $"{subject} has no proven way back (no complete standby, no backup with a tested restore)",
                "pieces of a way back"
            ),
            _ => ($"{subject} does not work as it is", "units of what it needs"),
        };
        return $"{lost}, and this takes away from what could bring it back: {change.SupportBefore} → {change.SupportAfter} {support}";
    }

    private bool IsWeakened(in VariableChange change) =>
        change.Tier <= Tier.One
        && table.Setpoints[change.Kind] is { CanBeLethal: true } setpoint
        && setpoint.IsLethal(change.Before)
        && change.SupportAfter < change.SupportBefore;

    private double Stress(in VariableChange change, double x) =>
        table.Setpoints[change.Kind].Stress(x, HealthyOf(change));

    private double HealthyOf(in VariableChange change) =>
        change.Healthy > 0 ? change.Healthy
        : change.Kind == VariableKind.Durability && change.Tier <= Tier.One ? table.CriticalDurability
        : change.Kind == VariableKind.Recoverability && change.Tier == Tier.Zero ? table.CriticalRecoverability
        : table.Setpoints[change.Kind].Healthy;

    /// <summary>The worst moment counts, unless it passes within the time that the service may be away.</summary>
    private static double WorstOf(Consequences consequences, in VariableChange change, AssessmentInput input)
    {
        if (change.Settled <= change.After || change.Kind != VariableKind.Availability)
        {
            return change.After;
        }

        var longest = Outage.LongestOf(consequences.Effects);
        var tolerated = TimeSpan.FromSeconds(consequences.Estate.Tables.Details[change.Subject].ToleranceSeconds);
        return longest <= tolerated ? change.Settled : change.After;
    }

    /// <summary>What the goal itself names for removal, at tiers 2 and 3, is the purpose and costs nothing.</summary>
    private static bool IsPurpose(Consequences consequences, in VariableChange change, Goal? goal)
    {
        if (goal is null || goal.Removes.Count == 0 || change.Tier <= Tier.One)
        {
            return false;
        }

        var estate = consequences.Estate;
        return change.Kind switch
        {
            VariableKind.Durability => HoldersAreNamed(consequences, change.Subject, goal),
            VariableKind.Headroom => goal.Removes.Contains(estate.IdOf(estate.Group(change.Subject).From)),
            _ => goal.Removes.Contains(estate.IdOf(change.Subject)),
        };
    }

    private static bool HoldersAreNamed(Consequences consequences, int asset, Goal goal)
    {
        var estate = consequences.Estate;
        var any = false;
        foreach (var copy in consequences.LostCopies)
        {
            if (estate.Copy(copy).Asset == asset)
            {
                any = true;
                if (!goal.Removes.Contains(estate.IdOf(estate.Copy(copy).Holder)))
                {
                    return false;
                }
            }
        }

        return any;
    }
}

/// <summary>How subjects of variables are called.</summary>
internal static class Names
{
    public static string SubjectOf(EstateSnapshot estate, in VariableChange change) =>
        change.Kind switch
        {
            VariableKind.Durability => estate.AssetIdOf(change.Subject).Value,
            VariableKind.Headroom =>
                $"{estate.IdOf(estate.Group(change.Subject).From)} · {estate.Tables.Strings[estate.Group(change.Subject).Name]}",
            _ => estate.IdOf(change.Subject).Value,
        };
}
