using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;

namespace Homeostat.Estates.Scenarios;

/// <summary>How a scenario is replayed.</summary>
public sealed record ReplayOptions
{
    /// <summary>Everything is done as posed, and nobody is asked.</summary>
    public bool WithoutHomeostat { get; init; }

    public Ablation Ablation { get; init; }

    /// <summary>Told after each step: the scenario, the variant, steps done and steps in all.</summary>
    public Action<string, string, int, int>? Progress { get; init; }
}

/// <summary>Runs one variant: what is posed is judged, what is permitted is done to the true estate, and what was done is observed.</summary>
internal sealed class Rehearsal
{
    public const string Done = "done";
    public const string Happened = "happened";

    private readonly string _scenario;
    private readonly Variant _variant;
    private readonly ReplayOptions _options;
    private readonly ScenarioClock _clock;
    private readonly EstateRecords _known;
    private readonly EstateRecords _truth;
    private readonly LossLedger _losses;
    private readonly Outcome _outcome;
    private readonly List<(IReadOnlyList<ResourceId> Changed, Action? Settle)> _unobserved = [];
    private readonly List<StepResult> _results = [];
    private int _requests;

    private Rehearsal(string scenario, Variant variant, ReplayOptions options)
    {
        (_scenario, _variant, _options) = (scenario, variant, options);
        _clock = new ScenarioClock(variant.Now);
        _known = new EstateRecords(variant.Estate.Believed);
        _truth = new EstateRecords(variant.Estate.True);
        _losses = new LossLedger(_truth.Snapshot);
        _outcome = new Outcome(_truth, new Simulator(new SimulationOptions()), _losses);
    }

    public static async Task<VariantResult> RunAsync(
        string scenario,
        Variant variant,
        ReplayOptions options,
        CancellationToken cancellationToken
    )
    {
        var rehearsal = new Rehearsal(scenario, variant, options);
        if (options.WithoutHomeostat)
        {
            rehearsal.DoEverything();
        }
        else
        {
            using IDecisionPath path =
                options.Ablation == Ablation.None
                    ? new ProductPath(rehearsal._known, variant.Leases, rehearsal._clock)
                    : new AblatedPath(rehearsal._known, variant.Leases, rehearsal._clock, options.Ablation);
            await rehearsal.DoWhatIsPermittedAsync(path, cancellationToken);
        }

        return rehearsal.Result();
    }

    private void DoEverything()
    {
        foreach (var step in _variant.Steps)
        {
            _clock.Advance(step.After);
            if (step.Happens)
            {
                Happen(step);
                continue;
            }

            var request = step.Pose(_truth.Snapshot, NextRequest());
            var carried = _outcome.Apply(request, _clock.GetUtcNow());
            Record(step, Done, passed: true, [], carried.Effects);
        }
    }

    private async Task DoWhatIsPermittedAsync(IDecisionPath path, CancellationToken cancellationToken)
    {
        foreach (var step in _variant.Steps)
        {
            _clock.Advance(step.After);
            if (step.Happens)
            {
                Happen(step);
                continue;
            }

            await DecideAsync(step, path, cancellationToken);
        }

        Observe();
    }

    /// <summary>In every run alike, and nobody is answerable for it.</summary>
    private void Happen(Step step)
    {
        var carried = _outcome.Apply(step.Pose(_truth.Snapshot, NextRequest()), _clock.GetUtcNow(), isPermitted: false);
        _unobserved.Add((carried.Changed, null));
        Record(step, Happened, passed: true, [], carried.Effects);
    }

    /// <summary>What would have been lost had no agent done anything.</summary>
    private IEnumerable<string> LostAnyway()
    {
        if (!_variant.Steps.Any(step => step.Happens))
        {
            return [];
        }

        var alone = new Rehearsal(_scenario, _variant, _options with { Progress = null });
        foreach (var step in _variant.Steps)
        {
            alone._clock.Advance(step.After);
            if (step.Happens)
            {
                alone.Happen(step);
            }
        }

        return alone._losses.Losses(alone._truth.Snapshot);
    }

    private async Task DecideAsync(Step step, IDecisionPath path, CancellationToken cancellationToken)
    {
        // 1. Ask.
        var request = step.Pose(_known.Snapshot, NextRequest());
        var answer = await path.DecideAsync(request, hasLooked: false, cancellationToken);
        var actual = Words.Kebab(answer.Verdict.ToString());

        // 2. Where evidence is missing, look at just what matters, and ask again.
        if (answer.Verdict == Verdict.Defer)
        {
            Look(answer.Judgement.Findings.SelectMany(finding => finding.LookAt));
            request = step.Pose(_known.Snapshot, NextRequest());
            answer = await path.DecideAsync(request, hasLooked: true, cancellationToken);
            actual += Expectation.Then + Words.Kebab(answer.Verdict.ToString());
        }

        // 3. Do what is permitted; after a refusal perhaps the part of it that is admissible.
        var done = new List<Effect>();
        Finding[] findings =
        [
            .. answer
                .Judgement.Findings.Where(finding => finding.AtMost < Verdict.Allow)
                .OrderBy(finding => finding.AtMost),
        ];
        if (answer.Verdict == Verdict.Allow || (answer.Verdict == Verdict.StepUp && step.IsApproved))
        {
            Do(step, request, answer.Settle, done);
        }
        else if (
            step.TakesAlternative && await AlternativeAsync(step, answer, path, cancellationToken) is { } alternative
        )
        {
            var narrowed = request.Narrowed([.. alternative.Kept, .. alternative.Safer]) with { Id = NextRequest() };
            var second = await path.DecideAsync(narrowed, hasLooked: true, cancellationToken);
            if (second.Verdict == Verdict.Allow)
            {
                Do(step, narrowed, second.Settle, done);
            }
        }

        Record(step, actual, step.Expected.IsMetBy(actual), findings, done);
    }

    /// <summary>What would be accepted instead; where evidence is missing for it, after a look.</summary>
    private async Task<Alternative?> AlternativeAsync(
        Step step,
        Answer refused,
        IDecisionPath path,
        CancellationToken cancellationToken
    )
    {
        ResourceId[] unclear = [.. refused.Judgement.Findings.SelectMany(finding => finding.LookAt).Distinct()];
        if (unclear.Length > 0)
        {
            Look(unclear);
            var request = step.Pose(_known.Snapshot, NextRequest());
            refused = await path.DecideAsync(request, hasLooked: true, cancellationToken);
        }

        return refused.Alternative is { IsEmpty: false } alternative ? alternative : null;
    }

    private void Do(Step step, ActionRequest request, Action? settle, List<Effect> done)
    {
        var carried = _outcome.Apply(request, _clock.GetUtcNow());
        done.AddRange(carried.Effects);
        _unobserved.Add((carried.Changed, settle));
        if (!step.IsUnobserved)
        {
            Observe();
        }
    }

    /// <summary>What was done is looked at, and its futures end.</summary>
    private void Observe()
    {
        Look(_unobserved.SelectMany(done => done.Changed));
        foreach (var (_, settle) in _unobserved)
        {
            settle?.Invoke();
        }

        _unobserved.Clear();
    }

    /// <summary>The model learns what is true of these, as of now.</summary>
    private void Look(IEnumerable<ResourceId> at)
    {
        var now = _clock.GetUtcNow();
        EstateChange[] seen =
        [
            .. at.Distinct()
                .Select(id =>
                    _truth.Find(id) is { } record
                        ? (EstateChange)Evidence.Seen(record, now)
                        : new EstateChange.Remove(id, new Provenance(Evidence.Source, now))
                ),
        ];
        if (seen.Length > 0)
        {
            _known.Apply(seen);
        }
    }

    private RequestId NextRequest() => new($"{_variant.Name}-{++_requests}");

    private void Record(
        Step step,
        string actual,
        bool passed,
        IReadOnlyList<Finding> findings,
        IEnumerable<Effect> done
    )
    {
        string[] touched = [.. done.Select(effect => effect.Target.Value).Distinct()];
        _results.Add(new StepResult(step.Id, step.Expected.Text, actual, passed, findings, touched));
        _options.Progress?.Invoke(_scenario, _variant.Name, _results.Count, _variant.Steps.Count);
    }

    private VariantResult Result()
    {
        string[] lost = [.. _losses.Losses(_truth.Snapshot).Except(LostAnyway())];
        return new VariantResult(
            _scenario,
            _variant.Name,
            _results,
            _options.WithoutHomeostat,
            lost.Length == 0 && !_losses.HasIrreversible,
            lost,
            _truth.All.Count
        );
    }
}
