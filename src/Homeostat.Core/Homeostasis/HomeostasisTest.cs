using System.Runtime.InteropServices;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Homeostasis;

/// <summary>What the judgement of one request needs besides its consequences.</summary>
/// <param name="Budget">What the lease can still pay, after stress that leaked from nearby.</param>
/// <param name="HasLooked">The facts that matter have been looked at again since the request was first deferred.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AssessmentInput(IReadOnlyList<Effect> Effects, Goal? Goal, double Budget, bool HasLooked);

/// <summary>Judges what a request would do to the essential variables, world by world.</summary>
public sealed class HomeostasisTest(StressTable table)
{
    public const string Lethal = "homeostasis.lethal";
    public const string Budget = "homeostasis.budget";
    public const string Weakened = "homeostasis.already-lethal";
    public const string Unseen = "homeostasis.unseen";
    public const string Unregulated = "homeostasis.no-transition";

    private readonly Weighing _weighing = new(table);

    public Assessment Assess(Consequences consequences, AssessmentInput input)
    {
        var worlds = new Toll[consequences.Outcomes.Count];
        for (var at = 0; at < worlds.Length; at++)
        {
            worlds[at] = _weighing.Weigh(consequences, consequences.Outcomes[at], input);
        }

        var (least, most) = (worlds[0].Charge, worlds[0].Charge);
        foreach (ref readonly var world in worlds.AsSpan())
        {
            (least, most) = (Math.Min(least, world.Charge), Math.Max(most, world.Charge));
        }

        var findings = new List<Finding>();
        AddWorldFindings(consequences, worlds, input, findings);
        ModelGaps.Add(consequences, findings);
        IrreversibilityRule.Add(consequences, input.Goal, input.HasLooked, findings);
        var (stressBefore, stressAfter) = _weighing.Saturated(consequences, input);
        return new Assessment
        {
            Charge = most,
            LeastCharge = least,
            StressBefore = stressBefore,
            StressAfter = stressAfter,
            Source = new(_weighing, consequences, input),
            Findings = findings,
        };
    }

    /// <summary>A decision must hold for every subset of what others may still do; within one, for every world.</summary>
    private void AddWorldFindings(
        Consequences consequences,
        Toll[] worlds,
        AssessmentInput input,
        List<Finding> findings
    )
    {
        if (IsCleanEverywhere(worlds, input))
        {
            return;
        }

        var everyLethal = false;
        var everyBroken = false;
        foreach (var subset in consequences.Outcomes.Select(outcome => outcome.Futures).Distinct())
        {
            var proven = Enumerable
                .Range(0, worlds.Length)
                .Where(at => consequences.Outcomes[at].Futures == subset && !consequences.Outcomes[at].IsBound)
                .ToArray();
            everyLethal |= proven.All(at => worlds[at].ProvenLethal);
            everyBroken |= proven.All(at => worlds[at].ProvenLethal || worlds[at].Charge > input.Budget);
        }

        var worst = Worst(worlds, world => world.IsLethal);
        if (worst >= 0)
        {
            var isCertain = everyLethal || everyBroken;
            findings.Add(LethalFinding(consequences, worst, worlds[worst], input, isCertain));
            AddOtherLethal(consequences, worst, worlds[worst], input, isCertain, findings);
        }

        var dearest = Worst(worlds, world => world.Charge > input.Budget);
        if (dearest >= 0)
        {
            findings.Add(BudgetFinding(consequences, dearest, worlds[dearest], input, everyBroken));
        }

        if (worlds.FirstOrDefault(world => world.Weakened is not null).Weakened is { } weakened)
        {
            findings.Add(WeakenedFinding(consequences, worlds, weakened, input));
        }
    }

    /// <summary>What is lethal already only where old evidence has drifted to its worst is worth a look first.</summary>
    private static Finding WeakenedFinding(
        Consequences consequences,
        Toll[] worlds,
        string weakened,
        AssessmentInput input
    )
    {
        var isCertain = Array.TrueForAll(worlds, world => world.Weakened is not null);
        return new Finding(
            Weakened,
            isCertain ? Verdict.StepUp : Uncertain(input, lethal: false),
            weakened + Certainty(isCertain, input)
        )
        {
            EvidenceAge = consequences.OldestEvidence,
            LookAt = isCertain ? [] : consequences.UnsettledBy,
        };
    }

    private static bool IsCleanEverywhere(Toll[] worlds, AssessmentInput input)
    {
        foreach (ref readonly var world in worlds.AsSpan())
        {
            if (world.IsLethal || world.Weakened is not null || world.Charge > input.Budget)
            {
                return false;
            }
        }

        return true;
    }

    private static int Worst(Toll[] worlds, Func<Toll, bool> where)
    {
        var worst = -1;
        for (var at = 0; at < worlds.Length; at++)
        {
            if (where(worlds[at]) && (worst < 0 || worlds[at].Charge > worlds[worst].Charge))
            {
                worst = at;
            }
        }

        return worst;
    }

    private Finding LethalFinding(Consequences consequences, int at, Toll world, AssessmentInput input, bool isCertain)
    {
        var (reason, path) = _weighing.Explain(consequences, consequences.Outcomes[at], world.LethalChange);
        return new Finding(
            Lethal,
            isCertain ? Verdict.Deny : Uncertain(input, lethal: true),
            reason + Certainty(isCertain, input)
        )
        {
            Path = path,
            EvidenceAge = consequences.OldestEvidence,
            LookAt = isCertain ? [] : consequences.UnsettledBy,
        };
    }

    /// <summary>
    /// The first finding decides; these name what else goes, each no more restrictive than the first: what rests on old
    /// relations is not as certain as the whole.
    /// </summary>
    private void AddOtherLethal(
        Consequences consequences,
        int at,
        Toll world,
        AssessmentInput input,
        bool isCertain,
        List<Finding> findings
    )
    {
        var first = findings[^1];
        var outcome = consequences.Outcomes[at];
        int[] others =
        [
            .. _weighing.LethalChanges(consequences, outcome, input).Where(change => change != world.LethalChange),
        ];
        foreach (var change in others.Take(Limits.LethalFindings - 1))
        {
            var (reason, path) = _weighing.Explain(consequences, outcome, change);
            var isProven = isCertain && !outcome.Changes[change].RestsOnStaleRelation;
            findings.Add(
                first with
                {
                    AtMost = isProven ? Verdict.Deny : Uncertain(input, lethal: true),
                    Reason = reason + Certainty(isProven, input),
                    Path = path,
                    LookAt = isProven ? [] : consequences.UnsettledBy,
                }
            );
        }

        if (others.Length >= Limits.LethalFindings)
        {
            var more = others.Length - Limits.LethalFindings + 1;
            var what = more == 1 ? "variable" : "variables";
            findings.Add(
                first with
                {
                    Reason = $"{more} more essential {what} of tier 0 or 1 would be lethal too",
                    Path = [],
                }
            );
        }
    }

    private Finding BudgetFinding(Consequences consequences, int at, Toll world, AssessmentInput input, bool isCertain)
    {
        var (reason, path) = _weighing.Explain(consequences, consequences.Outcomes[at], world.DearestChange);
        return new Finding(
            Budget,
            isCertain ? Verdict.Deny : Uncertain(input, lethal: false),
            $"charge {world.Charge:0.00} over the stress budget {input.Budget:0.00}: {reason}{Certainty(isCertain, input)}"
        )
        {
            Path = path,
            EvidenceAge = consequences.OldestEvidence,
            LookAt = isCertain ? [] : consequences.UnsettledBy,
        };
    }

    private static Verdict Uncertain(AssessmentInput input, bool lethal) =>
        !input.HasLooked ? Verdict.Defer
        : lethal ? Verdict.Deny
        : Verdict.StepUp;

    private static string Certainty(bool isCertain, AssessmentInput input) =>
        isCertain ? ""
        : input.HasLooked ? " (in some world; looking again did not settle it)"
        : " (in some world: the evidence does not say; look again)";
}
