using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;
using Homeostat.Testing;
using static Homeostat.Estates.Tests.Listings;
using static Homeostat.Estates.Tests.Overlay.OverlayReadingTests;

namespace Homeostat.Estates.Tests.Overlay;

/// <summary>A source with an overlay in it is a source like any other.</summary>
public sealed class OverlaySourceTests : EstateContract
{
    private const string Yaml = """
        version: 1
        defaults: { tier: 2 }
        services:
          - id: shop
            needs:
              - { group: db, k: 1, members: [db-a] }
              - { group: web, k: 1, members: ["web-*"] }
            assets: [data]
        resources:
          - { match: { ids: ["web-*"] }, owner: web-team }
          - { id: bank, kind: api }
        assets:
          - { id: data, minDurability: 2, copies: [{ holder: db-a, role: primary }] }
        """;

    private readonly FakeSource _inner = new(Estate("db-a", "web-1", "web-2"));

    [Fact]
    public async Task A_need_follows_what_comes_and_goes()
    {
        var source = CreateSource();
        await using var watch = source.WatchAsync(Token).GetAsyncEnumerator(Token);
        await watch.MoveNextAsync();
        Assert.Equal(Ids("web-1", "web-2"), Web(watch.Current));

        _inner.Say(Upsert("web-3", "compute-instance"), new EstateChange.Remove(new("web-1"), At));
        await watch.MoveNextAsync();

        Assert.Equal(Ids("web-2", "web-3"), Web(watch.Current));
        Assert.Equal("web-team", Record(watch.Current.Changes, "web-3").Resource.Owner);
        Assert.Single(watch.Current.Changes.OfType<EstateChange.Remove>());
    }

    [Fact]
    public async Task When_the_last_member_goes_away_the_need_stays_unmet_and_unknown()
    {
        var model = new EstateModel(ShelfLives.Default);
        await using var watch = CreateSource().WatchAsync(Token).GetAsyncEnumerator(Token);
        await watch.MoveNextAsync();
        model.Apply(watch.Current);

        _inner.Say(new EstateChange.Remove(new("web-1"), At), new EstateChange.Remove(new("web-2"), At));
        await watch.MoveNextAsync();
        model.Apply(watch.Current);

        Assert.Equal(Ids("web-*"), Web(watch.Current));
        Assert.False(model.Current!.Contains(new("web-*")));
    }

    [Fact]
    public async Task What_a_person_declared_outlives_the_sources_loss_of_sight()
    {
        await using var watch = CreateSource().WatchAsync(Token).GetAsyncEnumerator(Token);
        await watch.MoveNextAsync();

        _inner.Say(Upsert("bank", "load-balancer"));
        await watch.MoveNextAsync();
        Assert.Equal("load-balancer", Record(watch.Current.Changes, "bank").Resource.Kind.Name);

        _inner.Say(new EstateChange.Remove(new("bank"), At));
        await watch.MoveNextAsync();
        Assert.Empty(watch.Current.Changes.OfType<EstateChange.Remove>());
        Assert.All(
            watch.Current.Changes.OfType<EstateChange.Upsert>().Where(record => record.Resource.Id.Value == "bank"),
            record => Assert.Equal("api", record.Resource.Kind.Name)
        );
    }

    [Fact]
    public async Task A_look_before_any_listing_sees_the_overlay_too()
    {
        var batch = await CreateSource().ObserveAsync(Ids("shop", "web-1", "nothing"), Token);

        Assert.Equal(
            ["shop", "web-1"],
            batch.Changes.OfType<EstateChange.Upsert>().Select(record => record.Resource.Id.Value).Order()
        );
        Assert.Equal("web-team", Record(batch.Changes, "web-1").Resource.Owner);
        Assert.Equal(Ids("web-1", "web-2"), Web(batch));
        Assert.DoesNotContain(new ResourceId("shop"), _inner.Asked);
    }

    [Fact]
    public async Task An_overlay_that_names_what_is_not_there_ends_the_watch_with_its_errors()
    {
        var source = new OverlaySource(_inner, Read("version: 1\nresources: [{ id: web-9, tier: 0 }]"));
        await using var watch = source.WatchAsync(Token).GetAsyncEnumerator(Token);

        var error = await Assert.ThrowsAsync<EstateSourceException>(async () => await watch.MoveNextAsync());

        Assert.Contains("homeostat.yaml:2:13", error.Message);
        Assert.Contains("web-1", error.Message);
    }

    protected override IEstateSource CreateSource() => new OverlaySource(_inner, Read(Yaml));

    protected override IReadOnlyCollection<string> Sources(IEstateSource source) => ["test", "overlay"];

    protected override void ChangeEstate() =>
        _inner.Say(
            Upsert("web-3", "compute-instance"),
            new EstateChange.Remove(new("web-1"), At),
            Upsert(Of("web-2", "compute-instance") with { Capacity = 2 })
        );

    protected override void PassTime() { }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static IReadOnlyList<ResourceId> Web(EstateBatch batch) =>
        Record(batch.Changes, "shop").Relations.OfType<Relation.Needs>().Single(need => need.Group == "web").Members;
}
