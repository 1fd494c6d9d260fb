using Homeostat.Core.Estate;
using Homeostat.Estates.Joining;
using Homeostat.Testing;
using static Homeostat.Estates.Tests.Listings;

namespace Homeostat.Estates.Tests.Joining;

/// <summary>Several sources as one are a source like any other.</summary>
public sealed class JoinedSourceTests : EstateContract
{
    private readonly FakeSource _left = new(Estate("db-a", "web-1"));
    private readonly FakeSource _right = new(Estate("db-b", "web-2"), "other");

    [Fact]
    public async Task Nothing_is_listed_until_all_have_listed()
    {
        await using var watch = CreateSource().WatchAsync(Token).GetAsyncEnumerator(Token);
        await watch.MoveNextAsync();

        Assert.True(watch.Current.IsFullListing);
        Assert.Equal(["db-a", "db-b", "web-1", "web-2"], IdsOf(watch.Current));
    }

    [Fact]
    public async Task A_later_listing_of_one_removes_only_what_that_one_described()
    {
        await using var watch = CreateSource().WatchAsync(Token).GetAsyncEnumerator(Token);
        await watch.MoveNextAsync();

        _right.Say(new EstateChange.Remove(new("web-2"), At));
        await watch.MoveNextAsync();
        _left.Relist();
        await watch.MoveNextAsync();

        Assert.False(watch.Current.IsFullListing);
        Assert.Empty(watch.Current.Changes.OfType<EstateChange.Remove>());
        Assert.Equal(["db-a", "web-1"], IdsOf(watch.Current));
    }

    [Fact]
    public async Task One_that_describes_what_is_anothers_ends_the_watch()
    {
        await using var watch = CreateSource().WatchAsync(Token).GetAsyncEnumerator(Token);
        await watch.MoveNextAsync();

        _right.Say(Upsert("db-a", "database"));
        var error = await Assert.ThrowsAsync<EstateSourceException>(async () => await watch.MoveNextAsync());

        Assert.Equal("db-a is described by test; other cannot describe it too", error.Message);
    }

    [Fact]
    public async Task One_that_fails_ends_the_watch_and_says_why()
    {
        await using var watch = CreateSource().WatchAsync(Token).GetAsyncEnumerator(Token);
        await watch.MoveNextAsync();

        _left.Fail("the server went away");
        var error = await Assert.ThrowsAsync<EstateSourceException>(async () => await watch.MoveNextAsync());

        Assert.Equal("the server went away", error.Message);
    }

    [Fact]
    public async Task Each_is_asked_only_for_its_own_and_for_what_nobody_has_described()
    {
        var source = CreateSource();
        await using var watch = source.WatchAsync(Token).GetAsyncEnumerator(Token);
        await watch.MoveNextAsync();

        await source.ObserveAsync(Ids("db-a", "db-b", "nobody"), Token);

        Assert.Equal(Ids("db-a", "nobody"), _left.Asked);
        Assert.Equal(Ids("db-b", "nobody"), _right.Asked);
    }

    protected override IEstateSource CreateSource() => new JoinedSource([_left, _right]);

    protected override IReadOnlyCollection<string> Sources(IEstateSource source) => ["test", "other"];

    protected override void ChangeEstate() =>
        _right.Say(
            Upsert("web-3", "compute-instance"),
            new EstateChange.Remove(new("web-2"), At),
            Upsert(Of("db-b", "database") with { Capacity = 2 })
        );

    protected override void PassTime() { }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static IEnumerable<string> IdsOf(EstateBatch batch) =>
        batch.Changes.OfType<EstateChange.Upsert>().Select(change => change.Resource.Id.Value).Order();
}
