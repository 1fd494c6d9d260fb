using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;

namespace Homeostat.Estates.Scenarios;

/// <summary>What has been lost of the true estate since the beginning, computed from what is left of it.</summary>
internal sealed class LossLedger(EstateSnapshot start)
{
    private readonly SortedSet<string> _passing = new(StringComparer.Ordinal);
    private readonly HashSet<ResourceId> _purpose = [];
    private readonly Dictionary<ResourceId, List<(DateTimeOffset From, DateTimeOffset To)>> _outages = [];
    private readonly List<(AssetId Asset, TimeSpan? Lag)> _diverged = [];

    /// <summary>A permitted effect at tier 0 or 1 turned out to have no way back.</summary>
    public bool HasIrreversible { get; private set; }

    /// <summary>What passes, and what can be told only before it is done.</summary>
    public void Note(ActionRequest request, Consequences consequences, EstateSnapshot before, bool isPermitted)
    {
        HasIrreversible |= isPermitted && consequences.Irreversible.Any(loss => loss.Tier <= Tier.One);
        NotePurpose(request, consequences, before);
        foreach (var effect in request.Effects)
        {
            NoteEffect(effect, before);
        }
    }

    /// <summary>What a request ends at tier 2 or 3 is its purpose, where its goal names everything that it acts on.</summary>
    private void NotePurpose(ActionRequest request, Consequences consequences, EstateSnapshot before)
    {
        if (request.Goal is not { } goal || !consequences.Touched.All(goal.Names))
        {
            return;
        }

        var ended = consequences.Destroyed.Concat(consequences.CopiesLost.Select(copy => copy.Holder));
        _purpose.UnionWith(ended.Where(id => before.EffectiveTierOf(id) >= Tier.Two));
    }

    /// <summary>What was foreseen from this time on is told anew.</summary>
    public void ForgetOutagesAfter(DateTimeOffset now)
    {
        foreach (var times in _outages.Values)
        {
            times.RemoveAll(time => time.From >= now);
            for (var at = 0; at < times.Count; at++)
            {
                times[at] = (times[at].From, times[at].To < now ? times[at].To : now);
            }
        }
    }

    /// <summary>Services that do not work in this time; times that touch are one.</summary>
    public void NoteOutages(Consequences consequences, EstateSnapshot estate, DateTimeOffset from, DateTimeOffset to)
    {
        foreach (var impaired in consequences.Impairments.Where(impaired => impaired is { Before: > 0, After: 0 }))
        {
            if (!IsVital(estate, impaired.Resource))
            {
                continue;
            }

            if (!_outages.TryGetValue(impaired.Resource, out var times))
            {
                _outages[impaired.Resource] = times = [];
            }

            if (times.Count > 0 && times[^1].To == from)
            {
                times[^1] = (times[^1].From, to);
            }
            else
            {
                times.Add((from, to));
            }
        }
    }

    public IReadOnlyList<string> Losses(EstateSnapshot now)
    {
        var lost = new List<string>(_passing);
        lost.AddRange(Away(now));
        lost.AddRange(DeadServices(now));
        lost.AddRange(LostData(now));
        lost.AddRange(
            _diverged.Select(pair =>
                pair.Lag is { } lag
                    ? $"the last {Durations.Text(lag)} of {pair.Asset}"
                    : $"an unknown part of {pair.Asset}"
            )
        );
        lost.AddRange(OverExposed(now));
        return lost;
    }

    private void NoteEffect(Effect effect, EstateSnapshot before)
    {
        switch (effect)
        {
            case Effect.LoseData { Extent.Rows: > 0 and var rows } lose
                when before.EffectiveTierOf(lose.Target) <= Tier.One:
                _passing.Add($"{rows} rows of {lose.Asset}");
                break;
            case Effect.Expose { Principals: var principals } expose
                when before.Describe(expose.Target)?.ExposureLimit is { } limit && principals > limit:
                _passing.Add($"{expose.Target} open to {expose.To}");
                break;
            case Effect.Promote:
                NoteDivergence(effect.Target, before);
                break;
        }
    }

    /// <summary>What had not arrived when the copy became the primary stays behind, if the old primary went on writing.</summary>
    private void NoteDivergence(ResourceId id, EstateSnapshot before)
    {
        foreach (
            var copy in CopiesOn(before, id)
                .Where(copy => copy.Role != CopyRole.Primary && copy.RecoveryPoint?.Age != TimeSpan.Zero)
        )
        {
            _diverged.Add((copy.Asset, copy.RecoveryPoint?.Age));
        }
    }

    /// <summary>An outage that is over when everything has settled was one; one that is not over is a service that is dead.</summary>
    private IEnumerable<string> Away(EstateSnapshot now) =>
        from outage in _outages
        where now.Contains(outage.Key) && now.CapacityOf(outage.Key).Working > 0
        from length in outage.Value.Select(time => time.To - time.From).Distinct()
        where length > now.Describe(outage.Key)!.OutageTolerance
        orderby outage.Key.Value, length
        select $"{outage.Key} away for {Durations.Text(length)}";

    private IEnumerable<string> DeadServices(EstateSnapshot now) =>
        Told(
            start
                .Resources.Where(id => IsVital(start, id))
                .Where(id => start.CapacityOf(id).Working > 0 && (!now.Contains(id) || now.CapacityOf(id).Working == 0))
                .Select(id => id.Value),
            "dead",
            "services dead"
        );

    private IEnumerable<string> LostData(EstateSnapshot now)
    {
        var gone = new List<string>();
        var behind = new List<(string Asset, TimeSpan? Age)>();
        var holders = HoldersOf(start);
        var left = HoldersOf(now);
        foreach (var (asset, copies) in holders)
        {
            if (copies.All(copy => _purpose.Contains(copy.Holder)))
            {
                continue;
            }

            var remaining = left.GetValueOrDefault(asset) ?? [];
            if (remaining.Count == 0)
            {
                gone.Add(asset.Value);
            }
            else if (
                copies.Exists(copy => copy.Role == CopyRole.Primary)
                && !remaining.Exists(copy => copy.Role == CopyRole.Primary)
            )
            {
                behind.Add(
                    (asset.Value, remaining.Select(copy => copy.RecoveryPoint?.Age).Where(age => age is not null).Min())
                );
            }
        }

        return Told(gone, "lost for good", "data assets lost for good")
            .Concat(
                behind
                    .GroupBy(asset => asset.Age)
                    .SelectMany(group =>
                        Told(
                            group.Select(asset => asset.Asset),
                            group.Key is { } age
                                ? $"thrown back by {Durations.Text(age)}"
                                : "thrown back by nobody knows how much",
                            $"data assets thrown back by {(group.Key is { } all ? Durations.Text(all) : "nobody knows how much")}"
                        )
                    )
            );
    }

    private static IEnumerable<string> OverExposed(EstateSnapshot now) =>
        Told(
            now.Resources.Where(id => now.ExposureOf(id) is (var extent, var limit) && extent > limit)
                .Select(id => id.Value),
            "open to more than it may be",
            "resources open to more than they may be"
        );

    /// <summary>Three by name, more by number.</summary>
    private static IEnumerable<string> Told(IEnumerable<string> subjects, string one, string many)
    {
        string[] all = [.. subjects];
        return all.Length <= 3 ? all.Select(subject => $"{subject} {one}") : [$"{all.Length} {many}"];
    }

    private static Dictionary<AssetId, List<Relation.CopyOf>> HoldersOf(EstateSnapshot estate) =>
        estate
            .Resources.SelectMany(id => CopiesOn(estate, id))
            .GroupBy(copy => copy.Asset)
            .ToDictionary(group => group.Key, group => group.ToList());

    private static IEnumerable<Relation.CopyOf> CopiesOn(EstateSnapshot estate, ResourceId id) =>
        estate.RelationsOf(id).OfType<Relation.CopyOf>().Where(copy => copy.Holder == id);

    /// <summary>A service that somebody would miss.</summary>
    private static bool IsVital(EstateSnapshot estate, ResourceId id) =>
        estate.EffectiveTierOf(id) <= Tier.One && estate.Describe(id)?.Kind.Name == "service";
}
