using Homeostat.Core.Estate;
using Xunit;

namespace Homeostat.Testing;

/// <summary>
/// What every estate source must hold; a source's test class derives from it and says how to make one and how to change
/// what it looks at.
/// </summary>
public abstract class EstateContract
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A source over an estate of at least three resources that stand in relation to each other.</summary>
    protected abstract IEstateSource CreateSource();

    /// <summary>Changes the estate that the source looks at: something comes, something goes, something is another.</summary>
    protected abstract void ChangeEstate();

    /// <summary>Whose evidence its records may carry: its own, unless it completes another source.</summary>
    protected virtual IReadOnlyCollection<string> Sources(IEstateSource source) => [source.Name];

    /// <summary>Lets time pass, so that the source looks again.</summary>
    protected abstract void PassTime();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_batch_is_a_full_listing_in_which_no_id_stands_twice()
    {
        var batch = await FirstAsync(CreateSource());

        Assert.True(batch.IsFullListing);
        var ids = batch.Changes.OfType<EstateChange.Upsert>().Select(change => change.Resource.Id).ToList();
        Assert.True(ids.Count >= 3, $"only {ids.Count} resources");
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public async Task Every_record_says_who_saw_it_and_carries_its_own_relations()
    {
        var source = CreateSource();
        var batch = await FirstAsync(source);

        var records = batch.Changes.OfType<EstateChange.Upsert>().ToList();
        var ids = records.Select(record => record.Resource.Id).ToHashSet();
        Assert.All(records, record => Assert.Contains(record.Resource.Existence.Source, Sources(source)));
        Assert.All(
            records.SelectMany(record => record.Relations.OfType<Relation.Needs>()),
            need =>
            {
                Assert.NotEmpty(need.Members);
                Assert.All(need.Members, member => Assert.Contains(member, ids));
                Assert.DoesNotContain(need.From, need.Members);
            }
        );
        Assert.All(
            records,
            record =>
                Assert.All(
                    record.Relations.OfType<Relation.Needs>(),
                    need => Assert.Equal(record.Resource.Id, need.From)
                )
        );
    }

    [Fact]
    public async Task Replaying_every_change_gives_what_one_full_listing_gives()
    {
        var source = CreateSource();
        var folded = new Dictionary<ResourceId, string>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var watch = source.WatchAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        Assert.True(await watch.MoveNextAsync());
        Fold(folded, watch.Current);
        var before = new Dictionary<ResourceId, string>(folded);

        ChangeEstate();
        var next = watch.MoveNextAsync().AsTask();
        while (!next.IsCompleted)
        {
            PassTime();
            await Task.WhenAny(next, Task.Delay(20, Token));
        }

        Assert.True(await next);
        Fold(folded, watch.Current);

        Assert.NotEqual(Lines(before), Lines(folded));
        Assert.Equal(Lines(Folded(await FirstAsync(CreateSource()))), Lines(folded));
    }

    [Fact]
    public async Task A_batch_that_comes_twice_changes_nothing()
    {
        var batch = await FirstAsync(CreateSource());
        var once = Folded(batch);
        var twice = Folded(batch);
        Fold(twice, batch with { IsFullListing = false });

        Assert.Equal(Lines(once), Lines(twice));
    }

    [Fact]
    public async Task Looking_again_answers_for_what_is_there_and_invents_nothing()
    {
        var source = CreateSource();
        var all = Folded(await FirstAsync(source));
        var known = all.Keys.First();
        var missing = new ResourceId("no-such-resource.anywhere");

        var batch = await source.ObserveAsync([known, missing], Token);

        Assert.False(batch.IsFullListing);
        Assert.Equal([$"{known} {all[known]}"], Lines(Folded(batch)));
        Assert.Empty((await source.ObserveAsync([], Token)).Changes);
    }

    [Fact]
    public async Task A_cancelled_watch_ends_promptly()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var watch = CreateSource().WatchAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        Assert.True(await watch.MoveNextAsync());

        var next = watch.MoveNextAsync().AsTask();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(Patience, Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await CreateSource().ObserveAsync([], stop.Token)
        );
    }

    private static async Task<EstateBatch> FirstAsync(IEstateSource source)
    {
        await foreach (var batch in source.WatchAsync(Token))
        {
            return batch;
        }

        throw new InvalidOperationException("the source ended without a listing");
    }

    private static Dictionary<ResourceId, string> Folded(EstateBatch batch)
    {
        var estate = new Dictionary<ResourceId, string>();
        Fold(estate, batch);
        return estate;
    }

    /// <summary>The estate as one line a resource: what it is, and the relations that its record carries.</summary>
    private static void Fold(Dictionary<ResourceId, string> estate, EstateBatch batch)
    {
        if (batch.IsFullListing)
        {
            estate.Clear();
        }

        foreach (var change in batch.Changes)
        {
            switch (change)
            {
                case EstateChange.Upsert upsert:
                    estate[upsert.Resource.Id] = Line(upsert);
                    break;
                case EstateChange.Remove remove:
                    estate.Remove(remove.Id);
                    break;
            }
        }
    }

    private static string Line(EstateChange.Upsert upsert)
    {
        var resource = upsert.Resource;
        var relations = upsert.Relations.Select(Text).Order(StringComparer.Ordinal);
        return $"{resource.Kind} {resource.State} {resource.Capacity} {resource.Location} {resource.Owner} {resource.Tier} "
            + $"[{string.Join(',', resource.Facts.Select(fact => $"{fact.Key}={fact.Value}"))}] {string.Join("; ", relations)}";
    }

    private static string Text(Relation relation) =>
        relation is Relation.Needs need
            ? $"needs {need.K} of {need.Group}: {string.Join(',', need.Members)}"
            : relation.ToString();

    private static IEnumerable<string> Lines(Dictionary<ResourceId, string> estate) =>
        estate.Select(pair => $"{pair.Key} {pair.Value}").Order(StringComparer.Ordinal);
}
