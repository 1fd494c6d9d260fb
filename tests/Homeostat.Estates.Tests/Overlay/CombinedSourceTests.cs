using System.Runtime.CompilerServices;
using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;
using Xunit;

namespace Homeostat.Estates.Tests.Overlay;

public sealed class CombinedSourceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_overlay_speaks_of_what_two_sources_list_and_a_listing_of_one_takes_nothing_of_the_other()
    {
        var cloud = new ToldSource("cloud", [Listing("cloud", "lb", "web")], Listing("cloud", "lb"));
        var database = new ToldSource("database", [Listing("database", "table")]);
        var overlay = OverlayFile
            .Parse(
                """
                version: 1
                services:
                  - id: shop
                    needs:
                      - { group: traffic, k: 1, members: [lb] }
                      - { group: data, k: 1, members: [table] }
                """,
                "homeostat.yaml"
            )
            .Overlay!;
        var source = new OverlaySource(new CombinedSource([cloud, database]), overlay);
        var model = new EstateModel(ShelfLives.Default);

        await foreach (var batch in source.WatchAsync(Token))
        {
            Assert.Equal(model.Current is null, batch.IsFullListing);
            model.Apply(batch);
            cloud.GoOn();
        }

        Assert.Equal(
            ["lb", "shop", "table"],
            model.Current!.Resources.Select(id => id.Value).Order(StringComparer.Ordinal)
        );
        Assert.Equal((1, 1), model.Current.CapacityOf(new ResourceId("shop")));
    }

    [Fact]
    public async Task Two_that_describe_one_resource_and_one_that_fails_are_errors()
    {
        var twice = new CombinedSource([
            new ToldSource("a", [Listing("a", "x")]),
            new ToldSource("b", [Listing("b", "x")]),
        ]);
        var failing = new CombinedSource([new ToldSource("a", [Listing("a", "x")]), new ToldSource("b", [])]);

        Assert.Contains("cannot describe it too", (await FailAsync(twice)).Message, StringComparison.Ordinal);
        Assert.Equal("b cannot be read", (await FailAsync(failing)).Message);
    }

    private static Task<EstateSourceException> FailAsync(CombinedSource source) =>
        Assert.ThrowsAsync<EstateSourceException>(async () =>
        {
            await foreach (var batch in source.WatchAsync(Token))
            {
                Assert.True(batch.IsFullListing);
            }
        });

    private static EstateBatch Listing(string source, params string[] ids) =>
        new(
            [
                .. ids.Select(id => new EstateChange.Upsert(
                    new Resource
                    {
                        Id = new ResourceId(id),
                        Kind = new ResourceKind("table"),
                        Existence = new Provenance(source, DateTimeOffset.UnixEpoch),
                    },
                    []
                )),
            ],
            IsFullListing: true
        );

    /// <summary>Says what it was told to: some at once, some when it may go on. Without anything to say it cannot be read.</summary>
    private sealed class ToldSource(string name, EstateBatch[] first, params EstateBatch[] later) : IEstateSource
    {
        private readonly TaskCompletionSource _later = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => name;

        public void GoOn() => _later.TrySetResult();

        public async IAsyncEnumerable<EstateBatch> WatchAsync(
            [EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            if (first.Length == 0)
            {
                throw new EstateSourceException($"{name} cannot be read");
            }

            foreach (var batch in first)
            {
                yield return batch;
            }

            if (later.Length > 0)
            {
                await _later.Task.WaitAsync(cancellationToken);
            }

            foreach (var batch in later)
            {
                yield return batch;
            }
        }

        public ValueTask<EstateBatch> ObserveAsync(
            IReadOnlyCollection<ResourceId> ids,
            CancellationToken cancellationToken
        ) => ValueTask.FromResult(new EstateBatch([], IsFullListing: false));
    }
}
