using System.Collections.Concurrent;
using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;

namespace Homeostat.Server.Estate;

/// <summary>A record that came, went or changed its state.</summary>
internal readonly record struct SeenChange(ResourceId Id, string Before, string After);

/// <summary>
/// Brings what several sources say into one model. A resource belongs to the source that first described it; a full
/// listing of one source removes only what that source listed before.
/// </summary>
internal sealed class EstateDesk(EstateModel model, TimeProvider clock)
{
    private const string Absent = "absent";

    private static readonly EstateBatch NothingNew = new([], IsFullListing: false);

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, SourceState> _sources = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ResourceId, DateTimeOffset> _gone = new();
    private readonly Dictionary<ResourceId, SourceState> _owners = [];

    public EstateSnapshot? Current => model.Current;

    public IEnumerable<SourceState> Sources => _sources.Values.OrderBy(source => source.Name, StringComparer.Ordinal);

    /// <summary>Told of what a batch changed, after the first listing of its source.</summary>
    public Action<string, IReadOnlyList<SeenChange>> OnChanged { get; set; } = (_, _) => { };

    public SourceState Register(string name, IEstateSource? source, OverlayLayer? layer = null) =>
        _sources.GetOrAdd(name, _ => new SourceState(name, source) { Layer = layer });

    /// <summary>When a source saw that the resource is gone; null where none did.</summary>
    public DateTimeOffset? GoneAt(ResourceId id) => _gone.TryGetValue(id, out var at) ? at : null;

    /// <summary>Applies a batch whole, or refuses it and changes nothing.</summary>
    /// <exception cref="EstateSourceException">It contradicts itself or another source, or exceeds a limit.</exception>
    /// <param name="asked">The ids that the source was asked for; null where it spoke by itself.</param>
    public void Apply(SourceState source, EstateBatch batch, IReadOnlyCollection<ResourceId>? asked = null)
    {
        List<SeenChange> changes;
        var isFirst = !source.HasListed;
        lock (_lock)
        {
            if (batch.Changes.Count > Limits.BatchChanges)
            {
                throw new EstateSourceException(
                    $"{source.Name} says {batch.Changes.Count} things at once; at most {Limits.BatchChanges} are taken"
                );
            }

            // Under the same lock as a change of the overlay: what was said under one is never taken under another.
            if (source.Layer is { } layer)
            {
                batch = asked is null ? layer.Take(batch) : layer.Answer(batch, asked);
            }

            var whole = Translate(source, batch);
            var before = model.Current;
            var after = model.Apply(new EstateBatch(whole, IsFullListing: false));
            Own(source, whole);
            changes = isFirst || before is null ? [] : Differences(whole, before, after);
        }

        source.HasListed |= batch.IsFullListing || source.Source is null;
        source.Problem = null;
        if (changes.Count > 0)
        {
            OnChanged(source.Name, changes);
        }
    }

    /// <summary>Takes another overlay, with what the sources said last under it; or refuses it and changes nothing.</summary>
    /// <param name="swap">Puts the overlay's judge in place, around the change of the estate that it is given.</param>
    /// <exception cref="EstateSourceException">It names what is not there, or contradicts a source.</exception>
    public void Adopt(EstateOverlay overlay, Action<Action> swap)
    {
        lock (_lock)
        {
            var layered = Sources.Where(source => source.Layer is not null).ToList();
            var wholes = layered.ConvertAll(source =>
                (Source: source, Changes: Translate(source, source.Layer!.Preview(overlay) ?? NothingNew))
            );
            swap(() => model.Apply(new([.. wholes.SelectMany(whole => whole.Changes)], false), overlay.ShelfLives));
            foreach (var (source, changes) in wholes)
            {
                Own(source, changes);
                source.Layer!.Adopt(overlay);
            }
        }
    }

    /// <summary>Reads one source until it ends or the service does; what goes wrong is noted and tried again.</summary>
    public async Task WatchAsync(SourceState state, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var batch in state.Source!.WatchAsync(cancellationToken))
                {
                    Apply(state, batch);
                }

                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // Whatever it threw: what it said before stays, and grows old by its own times of observation.
                state.Problem = error.Message;
            }

            await Task.Delay(Limits.SourceRetry, clock, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Looks again, now, at just these; a source that fails or takes too long has not looked. A source is not asked for
    /// what another one describes: it could not say anything of it.
    /// </summary>
    public async Task LookAsync(IReadOnlyCollection<ResourceId> ids, CancellationToken cancellationToken)
    {
        var looks = Questions(ids);
        if (looks.Count == 0)
        {
            return;
        }

        using var patience = new CancellationTokenSource(Limits.Look, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        await Task.WhenAll(looks.Select(look => LookAsync(look.Source, look.Ids, both.Token)));
    }

    private List<(SourceState Source, List<ResourceId> Ids)> Questions(IReadOnlyCollection<ResourceId> ids)
    {
        var questions = new List<(SourceState, List<ResourceId>)>();
        lock (_lock)
        {
            foreach (var source in _sources.Values.Where(state => state.Source is not null))
            {
                var own = ids.Where(id => !_owners.TryGetValue(id, out var owner) || owner == source).ToList();
                if (own.Count > 0)
                {
                    questions.Add((source, own));
                }
            }
        }

        return questions;
    }

    private async Task LookAsync(SourceState state, List<ResourceId> ids, CancellationToken cancellationToken)
    {
        try
        {
            var asked = state.Layer is { } layer ? ids.Where(layer.IsTheSources).ToList() : ids;
            if (state.Layer is { IsListed: false })
            {
                // An overlay selects among what there is: before a listing there is nothing to look at.
                return;
            }

            // A source that does not heed the token is left behind. What follows is work: never on the thread of a socket,
            // where the source's answer may have ended.
            var batch = await Task.Run(
                    async () => await state.Source!.ObserveAsync(asked, cancellationToken),
                    cancellationToken
                )
                .WaitAsync(cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            if (!batch.IsFullListing)
            {
                Apply(state, batch, ids);
            }
        }
        catch (OperationCanceledException)
        {
            state.Problem = $"it did not answer within {Limits.Look.TotalSeconds:0} s when it was asked to look again";
        }
        catch (Exception error)
        {
            state.Problem = error.Message;
        }
    }

    private List<EstateChange> Translate(SourceState source, EstateBatch batch)
    {
        var listed = new HashSet<ResourceId>();
        var changes = new List<EstateChange>(batch.Changes.Count);
        DateTimeOffset? seen = null;
        foreach (var change in batch.Changes)
        {
            switch (change)
            {
                case EstateChange.Upsert upsert:
                    CheckOwner(source, upsert.Resource.Id);
                    listed.Add(upsert.Resource.Id);
                    seen = Later(seen, upsert.Resource.Existence);
                    break;
                case EstateChange.Remove remove when !source.Owned.Contains(remove.Id):
                    continue;
            }

            changes.Add(change);
        }

        if (batch.IsFullListing)
        {
            var provenance = new Provenance(source.Name, seen);
            changes.AddRange(
                source.Owned.Where(id => !listed.Contains(id)).Select(id => new EstateChange.Remove(id, provenance))
            );
        }

        return changes;
    }

    private static DateTimeOffset? Later(DateTimeOffset? seen, Provenance existence) =>
        existence is { Declared: false, ObservedAt: { } at } && (seen is null || at > seen) ? at : seen;

    private void CheckOwner(SourceState source, ResourceId id)
    {
        if (_owners.TryGetValue(id, out var owner) && owner != source)
        {
            throw new EstateSourceException($"{id} is described by {owner.Name}; {source.Name} cannot describe it too");
        }
    }

    private void Own(SourceState source, List<EstateChange> changes)
    {
        foreach (var change in changes)
        {
            switch (change)
            {
                case EstateChange.Upsert upsert:
                    source.Owned.Add(upsert.Resource.Id);
                    _owners[upsert.Resource.Id] = source;
                    _gone.TryRemove(upsert.Resource.Id, out _);
                    break;
                case EstateChange.Remove remove:
                    source.Owned.Remove(remove.Id);
                    _owners.Remove(remove.Id);
                    if (remove.Seen.ObservedAt is { } at)
                    {
                        _gone[remove.Id] = at;
                        ForgetGone();
                    }

                    break;
            }
        }
    }

    /// <summary>The oldest half goes where there are too many: what is forgotten is not seen, and so settles nothing.</summary>
    private void ForgetGone()
    {
        if (_gone.Count > Limits.GoneResources)
        {
            foreach (var (id, _) in _gone.OrderBy(gone => gone.Value).Take(Limits.GoneResources / 2).ToList())
            {
                _gone.TryRemove(id, out _);
            }
        }
    }

    private static List<SeenChange> Differences(List<EstateChange> changes, EstateSnapshot before, EstateSnapshot after)
    {
        var differences = new List<SeenChange>();
        foreach (var change in changes)
        {
            var id = change switch
            {
                EstateChange.Upsert upsert => upsert.Resource.Id,
                EstateChange.Remove remove => remove.Id,
                _ => default,
            };
            if (id.Value.Length > 0 && StateOf(before, id) is var was && StateOf(after, id) is var now && was != now)
            {
                differences.Add(new SeenChange(id, was, now));
            }
        }

        return differences;
    }

    private static string StateOf(EstateSnapshot estate, ResourceId id) =>
        !estate.Contains(id) ? Absent
        : estate.Describe(id) is { } resource ? $"{resource.Kind} {resource.State}"
        : Absent;
}
