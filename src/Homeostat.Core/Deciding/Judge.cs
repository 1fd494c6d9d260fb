using Homeostat.Core.Actions;
using Homeostat.Core.Critics;
using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Deciding;

/// <summary>Judges a request against one snapshot, the committed futures and a lease: pure, without an early exit.</summary>
public sealed class Judge
{
    public const string RequestTest = "request";

    private readonly Simulator _simulator;
    private readonly HomeostasisTest _homeostasis;
    private readonly CriticPanel _critics;
    private readonly StressTable _table;
    private readonly ObservedEnvironments _observed;

    /// <param name="observed">Where verdicts are recorded and hold nothing up; null = nowhere.</param>
    public Judge(StressTable table, CriticPanel critics, ObservedEnvironments? observed = null)
    {
        _table = table;
        _observed = observed ?? ObservedEnvironments.None;
        _simulator = new Simulator(new SimulationOptions(table.StoppedStandby));
        _homeostasis = new HomeostasisTest(table);
        _critics = critics;
    }

    /// <summary>Every test looks at the same file; the most restrictive finding wins.</summary>
    public Judgement Review(
        ActionRequest request,
        LeaseBalance balance,
        EstateSnapshot estate,
        CommittedFutures futures,
        DateTimeOffset now,
        bool hasLooked = false
    )
    {
        if (InvalidityOf(request) is { } invalid)
        {
            return Judgement.Denied(RequestTest, invalid);
        }

        var consequences = _simulator.Predict(estate, futures, request.Effects, now);
        var leak = StressLeak.Near(estate, consequences, _table);
        var budget = Math.Max(0, balance.Stress * (1 - leak));
        var assessment = _homeostasis.Assess(
            consequences,
            new AssessmentInput(request.Effects, request.Goal, budget, hasLooked)
        );
        var file = new CaseFile
        {
            Request = request,
            Balance = balance,
            Estate = estate,
            Consequences = consequences,
            Assessment = assessment,
            Now = now,
            HasLooked = hasLooked,
        };
        var findings = new List<Finding>(assessment.Findings);
        LightConeTest.Review(file, findings);
        _critics.Review(file, findings);
        var verdict = Verdict.Allow;
        foreach (var finding in findings)
        {
            verdict = verdict.And(finding.AtMost);
        }

        return new Judgement(verdict, findings) { File = file };
    }

    /// <summary>
    /// What binds: a refusal of what serves observed environments only is recorded and goes on. While looking again could
    /// still settle it the verdict stays, so that what is recorded is what enforcing would have said in the end.
    /// </summary>
    public Judgement Bind(Judgement judgement) =>
        judgement.Verdict == Verdict.Allow
        || judgement.File is not { } file
        || (judgement.CanBeLookedAt && !file.HasLooked)
        || !_observed.Cover(file)
            ? judgement
            : judgement with
            {
                Verdict = Verdict.Allow,
                WouldBe = judgement.Verdict,
            };

    private static string? InvalidityOf(ActionRequest request) =>
        request.Effects.Count > Limits.MaxEffects
            ? $"{request.Effects.Count} effects in one request: at most {Limits.MaxEffects} are judged together"
        : request.Premises.Count > Limits.MaxPremises
            ? $"{request.Premises.Count} premises in one request: at most {Limits.MaxPremises} are looked up"
        : InvalidityOf(request.Effects);

    private static string? InvalidityOf(IReadOnlyList<Effect> effects)
    {
        for (var at = 0; at < effects.Count; at++)
        {
            if (effects[at].Target.Value.Length == 0)
            {
                return "an effect names no resource";
            }

            if (effects[at].Duration < TimeSpan.Zero || effects[at].Delay < TimeSpan.Zero)
            {
                return "an effect lasts less than no time, or happens before it is asked for";
            }
        }

        return null;
    }
}
