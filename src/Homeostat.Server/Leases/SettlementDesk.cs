using System.Collections.Concurrent;
using Homeostat.Client.Contract;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Ledger.Storage;
using Homeostat.Server.Estate;
using Homeostat.Server.Hosting;

namespace Homeostat.Server.Leases;

/// <summary>
/// Ends futures. A claim starts a look at what the permit touched; only what a source has seen settles it: what was
/// predicted, seen since the permit was given, or something else, seen since it was claimed to be over. A permit that
/// nobody speaks of is looked at when its time is up.
/// </summary>
internal sealed class SettlementDesk(ControlParts parts, TimeSpan permitLife)
{
    public const string NobodySpoke = "none";

    private readonly Dictionary<PermitId, DateTimeOffset> _nextLook = [];
    private readonly ConcurrentDictionary<PermitId, Claimed> _claims = [];
    private readonly ConcurrentDictionary<PermitId, Task> _settling = new();

    public DateTimeOffset DeadlineOf(OutstandingPermit permit) => permit.Terms.At + permitLife;

    public Task<OutcomeAnswer?> SettleAsync(
        PermitId id,
        string claim,
        string by,
        CancellationToken cancellationToken
    ) =>
        InTurnAsync(
            id,
            async permit =>
            {
                if (claim != NobodySpoke)
                {
                    _claims.TryAdd(id, new Claimed(claim, by, parts.Clock.GetUtcNow()));
                }

                await parts.Estate.LookAsync([.. permit.Terms.Expected.Select(row => row.Id)], cancellationToken);
                return await SettleAsync(permit, _claims.GetValueOrDefault(id));
            },
            cancellationToken
        );

    /// <summary>
    /// Settles what one caller has finished with one look: what turned out as predicted is written together, what did not
    /// has an entry and reports of its own. The answers are of those that are out.
    /// </summary>
    public async Task<IReadOnlyList<OutcomeAnswer>> SettleManyAsync(
        IReadOnlyList<(PermitId Permit, string Claim)> finished,
        string by,
        CancellationToken cancellationToken
    )
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var taken = new List<PermitId>();
        try
        {
            // In one order, so that two callers with the same permits do not wait for each other.
            foreach (
                var id in finished.Select(row => row.Permit).Distinct().OrderBy(id => id.Value, StringComparer.Ordinal)
            )
            {
                await TakeTurnAsync(id, turn.Task, cancellationToken);
                taken.Add(id);
            }

            return await SettleTakenAsync(finished, by, cancellationToken);
        }
        finally
        {
            taken.ForEach(id => _settling.TryRemove(id, out _));
            turn.SetResult();
        }
    }

    private async Task<IReadOnlyList<OutcomeAnswer>> SettleTakenAsync(
        IReadOnlyList<(PermitId Permit, string Claim)> finished,
        string by,
        CancellationToken cancellationToken
    )
    {
        var now = parts.Clock.GetUtcNow();
        var permits = new List<OutstandingPermit>();
        foreach (var (id, claim) in finished.DistinctBy(row => row.Permit))
        {
            if (parts.Book.FindPermit(id) is not { IsDurable: true } permit)
            {
                _claims.TryRemove(id, out _);
                continue;
            }

            permits.Add(permit);
            if (claim != NobodySpoke)
            {
                _claims.TryAdd(id, new Claimed(claim, by, now));
            }
        }

        var touched = permits.SelectMany(permit => permit.Terms.Expected).Select(row => row.Id).Distinct();
        await parts.Estate.LookAsync([.. touched], cancellationToken);
        var settled = await SettleExpectedAsync(permits);
        var answers = new List<OutcomeAnswer>();
        foreach (var permit in permits)
        {
            answers.Add(
                settled.Contains(permit.Permit)
                    ? AnswerOf(permit, [], [])
                    : await SettleAsync(permit, _claims.GetValueOrDefault(permit.Permit))
            );
        }

        return answers;
    }

    /// <summary>Those that were seen and are as predicted, by who spoke of them first.</summary>
    private async Task<HashSet<PermitId>> SettleExpectedAsync(IReadOnlyList<OutstandingPermit> permits)
    {
        var estate = parts.Estate.Current ?? EstateSnapshot.Empty;
        var settled = new HashSet<PermitId>();
        var expected = permits.Where(permit => Compare(permit, estate) is { Deviations.Count: 0, Unseen.Count: 0 });
        foreach (var claimed in expected.GroupBy(permit => ClaimOf(permit).By, StringComparer.Ordinal).ToList())
        {
            var settlements = claimed.Select(permit => new Settlement(permit.Permit, ClaimOf(permit).Claim, [], [])
            {
                IsOverdue = ClaimOf(permit).Claim == NobodySpoke,
            });
            settled.UnionWith(await parts.Registry.SettleManyAsync([.. settlements], claimed.Key));
        }

        foreach (var permit in permits.Where(permit => settled.Contains(permit.Permit)))
        {
            _claims.TryRemove(permit.Permit, out _);
            parts.Explanations.Note(permit);
        }

        return settled;
    }

    private Claimed ClaimOf(OutstandingPermit permit) =>
        _claims.GetValueOrDefault(permit.Permit) ?? new Claimed(NobodySpoke, "homeostat", DeadlineOf(permit));

    /// <summary>Looks at permits whose time is up, until the service ends.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Limits.SettleEvery, parts.Clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                await SweepAsync(cancellationToken);
            }
            catch (AppendRefusedException)
            {
                // The futures stay, which is safe; the next sweep tries again.
            }
        }
    }

    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = parts.Clock.GetUtcNow();
        foreach (var ended in _nextLook.Keys.Where(id => parts.Book.FindPermit(id) is null).ToList())
        {
            _nextLook.Remove(ended);
        }

        foreach (var permit in parts.Book.Outstanding().Where(permit => permit.IsDurable))
        {
            if (_claims.ContainsKey(permit.Permit))
            {
                // What a source has told since the claim may settle it, without another look.
                await InTurnAsync(
                    permit.Permit,
                    claimed => SettleAsync(claimed, _claims.GetValueOrDefault(claimed.Permit)),
                    cancellationToken
                );
            }

            if (DeadlineOf(permit) > now)
            {
                continue;
            }

            if (_nextLook.TryGetValue(permit.Permit, out var next) && now < next)
            {
                continue;
            }

            if (_nextLook.TryAdd(permit.Permit, now))
            {
                await ReportAsync(Reports.Overdue, permit, "nobody told of its outcome in time; it is looked at now");
            }

            var answer = await SettleAsync(permit.Permit, NobodySpoke, "homeostat", cancellationToken);
            if (answer is { Settled: false })
            {
                _nextLook[permit.Permit] = now + Limits.SettleRetry;
            }
            else
            {
                _nextLook.Remove(permit.Permit);
            }
        }
    }

    /// <summary>One at a time for each permit: two claims must not both settle it. Null where no such permit is out.</summary>
    private async Task<OutcomeAnswer?> InTurnAsync(
        PermitId id,
        Func<OutstandingPermit, Task<OutcomeAnswer>> settle,
        CancellationToken cancellationToken
    )
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await TakeTurnAsync(id, turn.Task, cancellationToken);
        try
        {
            if (parts.Book.FindPermit(id) is { IsDurable: true } permit)
            {
                return await settle(permit);
            }

            _claims.TryRemove(id, out _);
            return null;
        }
        finally
        {
            _settling.TryRemove(id, out _);
            turn.SetResult();
        }
    }

    private async Task TakeTurnAsync(PermitId id, Task turn, CancellationToken cancellationToken)
    {
        while (_settling.GetOrAdd(id, turn) is var current && current != turn)
        {
            await current.WaitAsync(cancellationToken);
        }
    }

    private async Task<OutcomeAnswer> SettleAsync(OutstandingPermit permit, Claimed? claimed)
    {
        var (claim, by, over) = claimed ?? new Claimed(NobodySpoke, "homeostat", DeadlineOf(permit));
        var estate = parts.Estate.Current ?? EstateSnapshot.Empty;
        var (deviations, unseen) = Compare(permit, estate);
        if (deviations.Count > 0)
        {
            // It may not have happened yet: what is not as predicted counts from when it is said to be over.
            unseen = Unseen(permit, over, estate);
        }

        if (unseen.Count == 0)
        {
            var settlement = new Settlement(permit.Permit, claim, deviations, unseen)
            {
                IsOverdue = claim == NobodySpoke,
            };
            await parts.Registry.SettleAsync(settlement, by);
            _claims.TryRemove(permit.Permit, out _);
            parts.Explanations.Note(permit);
            foreach (var deviation in deviations)
            {
                var text = $"{deviation.Id}: expected {deviation.Expected}, seen {deviation.Seen}";
                await ReportAsync(Reports.Surprise, permit, text);
            }
        }

        return AnswerOf(permit, deviations, unseen);
    }

    private static OutcomeAnswer AnswerOf(
        OutstandingPermit permit,
        List<Deviation> deviations,
        List<ResourceId> unseen
    ) =>
        new()
        {
            Permit = permit.Permit.Value,
            Settled = unseen.Count == 0,
            Deviations = [.. deviations.Select(row => new DeviationBody(row.Id.Value, row.Expected, row.Seen))],
            Unseen = [.. unseen.Select(id => id.Value)],
        };

    private (List<Deviation> Deviations, List<ResourceId> Unseen) Compare(
        OutstandingPermit permit,
        EstateSnapshot estate
    )
    {
        var unseen = Unseen(permit, permit.Terms.At, estate);
        var deviations = new List<Deviation>();
        foreach (var expected in permit.Terms.Expected.Where(expected => !unseen.Contains(expected.Id)))
        {
            if (
                Words(expected) is var says
                && Words(expected, estate) is var seen
                && says != seen
                && (expected.IsTouched || !parts.Explanations.HasOther(permit, expected.Id))
            )
            {
                deviations.Add(new Deviation(expected.Id, says, seen));
            }
        }

        return (deviations, unseen);
    }

    private List<ResourceId> Unseen(OutstandingPermit permit, DateTimeOffset since, EstateSnapshot estate) =>
        [
            .. permit
                .Terms.Expected.Where(row => row.IsTouched && !WasSeenSince(row.Id, since, estate))
                .Select(row => row.Id),
        ];

    /// <summary>By a source's own time: reading an old file again proves nothing.</summary>
    private bool WasSeenSince(ResourceId id, DateTimeOffset since, EstateSnapshot estate) =>
        estate.Describe(id) is { } resource && estate.Contains(id)
            ? (resource.StateSeen ?? resource.Existence).ObservedAt >= since && resource.Existence.ObservedAt >= since
            : parts.Estate.GoneAt(id) >= since;

    private static string Words(Expectation expected) =>
        !expected.Exists ? "gone"
        : expected.Declared == 0 ? "there"
        : $"{expected.Working} of {expected.Declared} working";

    private static string Words(Expectation expected, EstateSnapshot estate)
    {
        if (!estate.Contains(expected.Id))
        {
            return "gone";
        }

        var (working, declared) = estate.CapacityOf(expected.Id);
        return expected.Exists && expected.Declared == 0 ? "there" : $"{working} of {declared} working";
    }

    private async Task ReportAsync(string kind, OutstandingPermit permit, string text)
    {
        parts.Reports.Add(new ReportBody(parts.Clock.GetUtcNow(), kind, permit.Permit.Value, text));
        await parts.Registry.ReportAsync(kind, permit.Permit.Value, text);
    }

    /// <summary>What was said of a permit's outcome, first.</summary>
    private sealed record Claimed(string Claim, string By, DateTimeOffset At);
}
