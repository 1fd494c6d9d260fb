using Homeostat.Core.Actions;
using Homeostat.Core.Critics;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Storage;

namespace Homeostat.Estates.Scenarios;

/// <summary>A mechanism that a replay can be made without, to show what it stops.</summary>
public enum Ablation
{
    None = 0,

    /// <summary>Nobody predicts what a request would do to the essential variables.</summary>
    Simulation,

    /// <summary>Every reading is taken for fresh.</summary>
    Staleness,

    /// <summary>What others were permitted and nobody has observed yet is not looked at.</summary>
    Futures,
}

/// <summary>The answer to one request, and what ends its future when its outcome has been observed.</summary>
internal sealed record Answer(Judgement Judgement, Alternative? Alternative, Action? Settle)
{
    public Verdict Verdict => Judgement.Verdict;
}

/// <summary>How a replay gets its answers.</summary>
internal interface IDecisionPath : IDisposable
{
    ValueTask<Answer> DecideAsync(ActionRequest request, bool hasLooked, CancellationToken cancellationToken);
}

/// <summary>The product's own path, with a log on disk that lasts as long as the replay.</summary>
internal sealed class ProductPath : IDecisionPath
{
    private const string Origin = "rehearsal.invalid/log";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("homeostat-replay-");
    private readonly LedgerLog _log;
    private readonly Decider _decider;
    private readonly LeaseShelf _leases;
    private int _permits;

    public ProductPath(EstateRecords known, IEnumerable<Lease> leases, TimeProvider clock)
    {
        _leases = new LeaseShelf(leases, clock);
        var key = SigningKey.Generate(Origin);
        _log = LedgerLog.Open(_folder.FullName, Origin, key, clock);
        _decider = new Decider(
            new DeciderParts
            {
                Judge = new Judge(StressTable.Default, CriticPanel.Default),
                Leases = _leases.Book,
                Estate = () => known.Snapshot,
                Log = new DecisionLog(_log, Origin),
                Clock = clock,
                NextPermit = () => new PermitId($"permit-{++_permits}"),
                AlternativeCap = ScenarioLimits.AlternativeCap,
            }
        );
    }

    public async ValueTask<Answer> DecideAsync(
        ActionRequest request,
        bool hasLooked,
        CancellationToken cancellationToken
    )
    {
        var decision = await _decider.DecideAsync(_leases.Under(request), cancellationToken, hasLooked);
        return new Answer(
            decision.Judgement,
            decision.Alternative,
            decision.Permit is { } permit ? () => _decider.Settle(permit) : null
        );
    }

    public void Dispose()
    {
        _log.Dispose();
        _folder.Delete(recursive: true);
    }
}

/// <summary>
/// The same judge, shown less than there is or heard only in part, without a log. It stands outside the product's path:
/// nothing in Core can be told to judge like this.
/// </summary>
internal sealed class AblatedPath : IDecisionPath
{
    private const string Homeostasis = "homeostasis.";

    private readonly Judge _judge = new(StressTable.Default, CriticPanel.Default);
    private readonly LeaseShelf _leases;
    private readonly EstateRecords _known;
    private readonly TimeProvider _clock;
    private readonly Ablation _ablation;
    private int _permits;

    public AblatedPath(EstateRecords known, IEnumerable<Lease> leases, TimeProvider clock, Ablation ablation)
    {
        (_known, _clock, _ablation) = (known, clock, ablation);
        _leases = new LeaseShelf(leases, clock);
    }

    public ValueTask<Answer> DecideAsync(ActionRequest request, bool hasLooked, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        request = _leases.Under(request);
        if (_leases.Book.Find(request.Lease, request.Agent, now) is not { Balance: { } balance } lookup)
        {
            throw new InvalidOperationException("the scenario's lease cannot be used");
        }

        var judgement = Review(request, balance, now, hasLooked);
        if (judgement.Verdict != Verdict.Allow)
        {
            var alternative = new AlternativeSearch(_clock).Find(
                request.Effects,
                subset => Review(request.Narrowed(subset), lookup.Balance, now, hasLooked),
                ScenarioLimits.AlternativeCap
            );
            return ValueTask.FromResult(new Answer(judgement, alternative, null));
        }

        var permit = new PermitId($"permit-{++_permits}");
        var cost = new Cost(judgement.Assessment!.Charge, judgement.Consequences!.Irreversible.Count);
        var future = new CommittedFuture(permit, request.Effects, now);
        var asked = new ReservationRequest(request.Lease, cost, future, _leases.Book.Futures.Version);
        _leases.Book.Reserve(asked, now, out _);
        return ValueTask.FromResult(new Answer(judgement, null, () => _leases.Book.Settle(permit)));
    }

    public void Dispose() { }

    private Judgement Review(ActionRequest request, LeaseBalance balance, DateTimeOffset now, bool hasLooked)
    {
        var judgement = _judge.Review(
            request,
            balance,
            _ablation == Ablation.Staleness ? _known.Trusting(now) : _known.Snapshot,
            _ablation == Ablation.Futures ? CommittedFutures.None : _leases.Book.Futures,
            now,
            hasLooked
        );
        if (_ablation != Ablation.Simulation)
        {
            return judgement;
        }

        Finding[] heard =
        [
            .. judgement.Findings.Where(finding => !finding.Test.StartsWith(Homeostasis, StringComparison.Ordinal)),
        ];
        return judgement with
        {
            Findings = heard,
            Verdict = heard.Aggregate(Verdict.Allow, (verdict, finding) => verdict.And(finding.AtMost)),
        };
    }
}
