using Homeostat.Cli.Loading;
using Homeostat.Cli.Reviewing;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Estates.Overlay;

namespace Homeostat.Cli.Reporting;

/// <summary>Puts the result of a review or of a simulation into the words of the report.</summary>
internal sealed class ReportBuilder(LoadedEstate estate, DateTimeOffset now)
{
    public Report OfReview(ActionSubject subject, ReviewOutcome outcome) =>
        Build("review", subject, outcome.Judgement, outcome.Verdict, outcome.Lease.Cone.Amounts.Stress) with
        {
            Lease = LeaseOf(outcome.Lease),
            Alternative = AlternativeOf(outcome.Subset, subject.IsDestroy),
            Log = outcome.Log is { } log
                ? new ReportLog(log.Folder, log.Index, log.LeafHash, log.TreeSize, log.Root)
                : null,
        };

    public Report OfSimulation(ActionSubject subject, Judgement judgement, double budget) =>
        Build("simulate", subject, judgement, judgement.Verdict, budget);

    private Report Build(string command, ActionSubject subject, Judgement judgement, Verdict verdict, double budget)
    {
        var findings = FindingsOf(judgement);
        var evidence = EvidenceReader.Read(estate, now);
        var consequences = judgement.Consequences;
        return new Report
        {
            Command = command,
            Verdict = Wording.Of(verdict),
            ExitCode = Wording.ExitCodeOf(verdict),
            Summary = SummaryOf(subject, findings, judgement, evidence),
            Subject = SubjectOf(subject),
            JudgedAt = now,
            Evidence = evidence,
            Estate = EstateOf(judgement),
            Lease = null,
            Stress = StressOf(judgement, budget),
            Findings = findings,
            Lost = consequences is null ? new ReportLoss([], [], [], [], []) : LossReader.Read(estate, consequences),
            Impaired = ImpairedOf(judgement),
            Exposed =
            [
                .. (consequences?.Exposures ?? []).Select(gain => new ReportExposure(
                    gain.Target.Value,
                    gain.To,
                    Wording.Of(gain.Privilege),
                    (int)gain.Tier
                )),
            ],
            Variables = VariablesOf(judgement),
            Undo =
            [
                .. (consequences?.WaysBack ?? []).Select(way => new ReportUndo(
                    Wording.Of(way.Effect),
                    way.Effect.Target.Value,
                    way.By
                )),
            ],
            Alternative = null,
            Coverage = CoverageOf(subject, judgement),
            Log = null,
        };
    }

    private static ReportFinding[] FindingsOf(Judgement judgement)
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        return
        [
            .. judgement
                .Findings.OrderBy(finding => finding.AtMost)
                .Select(finding => Unrepeated(finding, told))
                .Select(finding => new ReportFinding(
                    finding.Test,
                    Wording.Of(finding.AtMost),
                    finding.Reason,
                    finding.Path,
                    finding.EvidenceAge?.TotalSeconds,
                    [.. finding.LookAt.Select(id => id.Value)],
                    finding.Remedy
                )),
        ];
    }

    /// <summary>A charge over the budget usually has the cause that a finding above it has told already.</summary>
    private static Finding Unrepeated(Finding finding, HashSet<string> told)
    {
        var cause = told.FirstOrDefault(earlier => finding.Reason.EndsWith($": {earlier}", StringComparison.Ordinal));
        told.Add(finding.Reason);
        return cause is null ? finding : finding with { Reason = finding.Reason[..^(cause.Length + 2)] };
    }

    private static string SummaryOf(
        ActionSubject subject,
        ReportFinding[] findings,
        Judgement judgement,
        ReportEvidence evidence
    ) =>
        findings.FirstOrDefault(finding => finding.Test == Decider.LedgerTest) is { } unlogged ? unlogged.Reason
        : judgement.Verdict == Verdict.Defer && evidence.Stale.Count > 0
            ? $"the evidence is {AgeText(evidence)}, {(evidence.AgeSeconds < 0 ? "which cannot be" : "too old to settle it")}: {evidence.Advice}"
        : findings.FirstOrDefault(finding => finding.AtMost != Wording.Of(Verdict.Allow)) is { } first
            ? first.Test == UnfinishedPlanCritic.Test ? $"{first.Reason}: {first.Remedy}"
                : first.Reason
        : subject.Effects.Count == 0 ? "it changes nothing"
        : judgement.Assessment is { Charge: > 0 } assessment
            ? $"every essential variable stays within its bounds, at a charge of {Wording.Number(assessment.Charge)}"
        : "no essential variable of this estate gets worse";

    private static string AgeText(ReportEvidence evidence) =>
        evidence.AgeSeconds is { } seconds ? $"{Wording.Old(seconds)}" : "of unknown age";

    private static ReportSubject SubjectOf(ActionSubject subject) =>
        new(
            subject.File,
            subject.Sha256,
            subject.Effects.Count,
            subject
                .Effects.GroupBy(Wording.Of)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Select(effect => effect.Target).Distinct().Count()),
            [.. subject.Effects.Select(effect => effect.Target.Value).Distinct().Order(StringComparer.Ordinal)]
        );

    private ReportEstate EstateOf(Judgement judgement) =>
        new(
            estate.Snapshot.Resources.Count(),
            estate.Snapshot.RelationCount,
            estate.OverlayPath,
            GuessesOf(judgement),
            estate.Overlay.Modes.Values.Contains(EnforcementMode.Observe)
                ?
                [
                    .. estate.Warnings,
                    $"{estate.OverlayPath}: modes are for the service; a review's verdict counts in every environment",
                ]
                : estate.Warnings
        );

    /// <summary>Those that this verdict rests on first: of what is touched, impaired or ends; then what spoke for itself.</summary>
    private ReportGuess[] GuessesOf(Judgement judgement)
    {
        var consequences = judgement.Consequences;
        var concerned = consequences is null
            ? []
            : consequences.Touched.Concat(consequences.Impaired).Concat(consequences.Destroyed).ToHashSet();
        return
        [
            .. estate
                .Guesses.OrderBy(guess => !concerned.Contains(guess.Subject))
                .ThenBy(guess => guess.IsDefault)
                .ThenBy(guess => guess.What)
                .ThenBy(guess => guess.Subject.Value, StringComparer.Ordinal)
                .Select(guess => new ReportGuess(
                    guess.Subject.Value,
                    Wording.Of(guess.What),
                    guess.Value,
                    guess.Reason,
                    guess.IsDefault
                )),
        ];
    }

    private static ReportStress StressOf(Judgement judgement, double budget) =>
        judgement.Assessment is { } assessment
            ? new(assessment.Charge, assessment.LeastCharge, budget, assessment.StressBefore, assessment.StressAfter)
            : new(0, 0, budget, 0, 0);

    private ReportImpairment[] ImpairedOf(Judgement judgement) =>
        [
            .. (judgement.Consequences?.Impairments ?? [])
                .Select(fall =>
                {
                    var resource = estate.Snapshot.Describe(fall.Resource);
                    return new ReportImpairment(
                        fall.Resource.Value,
                        resource?.Kind.Name ?? "unknown",
                        (int)estate.Snapshot.EffectiveTierOf(fall.Resource),
                        resource?.Owner,
                        fall.Before,
                        fall.After,
                        [.. fall.Path.Select(id => id.Value)]
                    );
                })
                .OrderBy(fall => fall.Kind != "service")
                .ThenBy(fall => fall.Tier)
                .ThenBy(fall => fall.Id, StringComparer.Ordinal),
        ];

    private static ReportVariable[] VariablesOf(Judgement judgement) =>
        [
            .. (judgement.Assessment?.Variables ?? []).Select(reading => new ReportVariable(
                Wording.Of(reading.Kind),
                reading.Subject,
                (int)reading.Tier,
                reading.Before,
                reading.After,
                reading.StressBefore,
                reading.StressAfter,
                reading.Charge,
                reading.IsLethal,
                reading.Path
            )),
        ];

    private static ReportLease LeaseOf(Lease lease) =>
        new(
            lease.Id.Value,
            lease.Agent.Value,
            Wording.Of(lease.Level),
            lease.Purpose,
            Wording.ListOf(lease.Cone.Operations),
            lease.Cone.Amounts.Resources,
            lease.Cone.Amounts.Stress,
            lease.Cone.Amounts.Irreversible,
            lease.ExpiresAt
        );

    /// <summary>Terraform plans a part of a destruction only where it is told again that it is one.</summary>
    private static ReportAlternative? AlternativeOf(Subset? subset, bool isDestroy) =>
        subset is null
            ? null
            : new(
                subset.Kept,
                subset.Removed,
                subset.Stopped,
                !subset.NotProvenLargest,
                [.. Destroy(isDestroy), .. subset.Kept.Select(address => TerraformTarget.Option("target", address))],
                [
                    .. Destroy(isDestroy),
                    .. subset.Removed.Select(address => TerraformTarget.Option("exclude", address)),
                ],
                isDestroy
            );

    private static string[] Destroy(bool isDestroy) => isDestroy ? ["-destroy"] : [];

    private ReportCoverage CoverageOf(ActionSubject subject, Judgement judgement)
    {
        var gaps = judgement.Consequences?.Unregulated ?? [];
        return new ReportCoverage(
            subject.Effects.Count,
            subject.Effects.Count - gaps.Count,
            [.. gaps.Select(gap => new ReportGap(gap.Effect.Target.Value, gap.Missing))],
            [
                .. subject
                    .Effects.OfType<Effect.Change>()
                    .Where(change => change.Impact == ChangeImpact.Unknown)
                    .Select(change => new ReportUnwrittenChange(change.Target.Value, change.Key)),
            ],
            [.. Unconnected(subject).Select(id => id.Value).Distinct().Order(StringComparer.Ordinal)]
        );
    }

    private IEnumerable<ResourceId> Unconnected(ActionSubject subject) =>
        subject
            .Effects.Where(effect => effect is Effect.Destroy or Effect.Stop)
            .Select(effect => effect.Target)
            .Where(id => estate.Snapshot.Contains(id) && estate.Snapshot.EffectiveTierOf(id) <= Tier.One)
            .Where(id => !estate.Snapshot.RelationsOf(id).Any(relation => LeansOn(relation, id)));

    /// <summary>Whether somebody would notice: the losses of data, guards and contents are told on their own.</summary>
    private static bool LeansOn(Relation relation, ResourceId id) =>
        relation switch
        {
            Relation.Needs needs => needs.Members.Contains(id),
            Relation.StandbyFor => true,
            Relation.Guards guards => guards.Guard == id,
            Relation.CopyOf => true,
            _ => false,
        };
}

/// <summary>What is reviewed or simulated.</summary>
internal sealed record ActionSubject(string? File, string? Sha256, IReadOnlyList<Effect> Effects)
{
    /// <summary>The plan was made with <c>-destroy</c>.</summary>
    public bool IsDestroy { get; init; }
}
