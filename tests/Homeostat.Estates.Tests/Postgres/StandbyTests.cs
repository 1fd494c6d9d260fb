using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;
using Homeostat.Estates.Overlay;
using Homeostat.Estates.Postgres;
using Homeostat.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Homeostat.Estates.Tests.Postgres;

[Collection(PrimaryCollection.Name)]
public sealed class StandbyTests(PrimaryServer server) : IAsyncLifetime
{
    private const string Standby = "pg:main#standby/\"sby@local\"";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PostgresCluster.WhyNot is not null, PostgresCluster.WhyNot ?? "");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_standby_holds_every_table_grows_old_when_it_stops_and_a_loss_leaves_only_the_backup()
    {
        await server.DatabaseAsync("copied", "create table orders as select generate_series(1, 100) a");
        var standby = await server.Cluster.StandbyAsync("sby");
        await using var stop = standby;
        await using var source = server.Source(time: _time);

        // 1. It follows: a copy of every table, no older than the look.
        var fresh = await UntilAsync(source, record => Age(record) == TimeSpan.Zero);
        Assert.Equal("database-replica", fresh.Resource.Kind.Name);
        Assert.Contains("Standby of pg:main/copied/public.orders", ListedEstate.Lines(fresh));

        // 2. A logical loss reaches it; the backup of the overlay survives.
        var estate = new ListedEstate((await FirstAsync(source)).Changes);
        var overlaid = OverlayFile
            .Parse(
                """
                version: 1
                resources: [{ id: nightly, kind: snapshot }]
                assets: [{ id: pg:main/copied, copies: [{ holder: nightly, role: backup, recoveryPointAge: 1h }] }]
                """,
                "homeostat.yaml"
            )
            .Overlay!.Apply(estate.Changes);
        Assert.Equal(
            ["nightly Backup"],
            LeftAfterDelete(overlaid.Changes, new ResourceId("pg:main/copied/public.orders"))
        );

        // 3. It stops while the primary goes on: it is no longer known to run, and its content grows old.
        await standby.StopAsync();
        await server.RunAsync("copied", "insert into orders select 1");
        _time.Advance(TimeSpan.FromMinutes(10));
        var old = await UntilAsync(source, record => record.Resource.State == RunState.Unknown);
        Assert.True(Age(old) >= TimeSpan.FromMinutes(10), $"its content is said to be {Age(old)} old");
        Assert.Contains("Standby of pg:main/copied/public.orders", ListedEstate.Lines(old));

        // 4. It follows again.
        await standby.StartAgainAsync();
        await UntilAsync(source, record => record.Resource.State == RunState.Running && Age(record) == TimeSpan.Zero);
    }

    [Fact]
    public async Task What_is_dropped_is_gone_at_once_and_what_is_made_is_there()
    {
        await server.DatabaseAsync("fleeting", "create table here (a int)");
        await using var source = server.Source();
        var names = new PostgresNames("main", "fleeting");
        ResourceId[] ids =
        [
            names.Relation("public", "here"),
            names.Relation("public", "there"),
            names.Object("channel", ["jobs"]),
        ];

        await server.RunAsync("fleeting", "drop table here", "create table there (a int)");
        var before = TimeProvider.System.GetUtcNow();
        var look = await source.ObserveAsync(ids, Token);

        var gone = Assert.Single(look.Changes.OfType<EstateChange.Remove>());
        Assert.Equal(ids[0], gone.Id);
        Assert.InRange(gone.Seen.ObservedAt!.Value, before, TimeProvider.System.GetUtcNow());
        Assert.Equal(ids[1..], look.Changes.OfType<EstateChange.Upsert>().Select(record => record.Resource.Id));

        await server.RunAsync("postgres", "drop database fleeting with (force)");
        Assert.Equal(
            ids[..2],
            (await source.ObserveAsync(ids[..2], Token))
                .Changes.OfType<EstateChange.Remove>()
                .Select(remove => remove.Id)
        );
    }

    [Fact]
    public async Task What_came_with_the_server_is_never_said_to_be_gone()
    {
        await using var source = server.Source();
        var names = new PostgresNames("main", "postgres");

        var look = await source.ObserveAsync(
            [
                names.Relation("pg_catalog", "pg_class"),
                names.Object("function", ["pg_catalog", "now"]),
                names.Object("trigger", ["of_no_table"]),
                names.Shared("tablespace", "pg_default"),
                new ResourceId("pg:main/postgres/\"public\".orders"),
                new ResourceId("pg:other/postgres/public.orders"),
            ],
            Token
        );

        Assert.Empty(look.Changes);
    }

    [Fact]
    public async Task A_standby_as_the_source_and_a_server_that_is_not_there_are_refused_with_the_remedy()
    {
        await using var standby = await server.Cluster.StandbyAsync("other");
        await using var source = new PostgresSource(
            new PostgresOptions("main", standby.ConnectionString("postgres")),
            _time
        );
        await using var nowhere = new PostgresSource(new PostgresOptions("main", "Host=/nowhere;Username=x"), _time);

        var error = await Assert.ThrowsAsync<EstateSourceException>(() => FirstAsync(source));
        Assert.Contains("name its primary", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<EstateSourceException>(() => FirstAsync(nowhere));
        Assert.Contains("connection string", error.Message, StringComparison.Ordinal);
    }

    private static TimeSpan? Age(EstateChange.Upsert record) =>
        record.Relations.OfType<Relation.CopyOf>().First().RecoveryPoint?.Age;

    /// <summary>The copies of a table's data that are left when all of it is deleted.</summary>
    private IEnumerable<string> LeftAfterDelete(IReadOnlyList<EstateChange> changes, ResourceId table)
    {
        var asset = new AssetId(table.Value);
        var estate = new EstateModel(ShelfLives.Default).Apply(new EstateBatch(changes, IsFullListing: true));
        var lost = new Simulator(new SimulationOptions())
            .Predict(estate, CommittedFutures.None, [new Effect.LoseData(table, asset, default)], _time.GetUtcNow())
            .CopiesLost.Where(copy => copy.Asset == asset)
            .Select(copy => copy.Holder)
            .ToHashSet();
        Assert.Contains(table, lost);
        Assert.Contains(new ResourceId(Standby), lost);
        return changes
            .OfType<EstateChange.Upsert>()
            .SelectMany(record => record.Relations.OfType<Relation.CopyOf>())
            .Where(copy => copy.Asset == asset && !lost.Contains(copy.Holder))
            .Select(copy => $"{copy.Holder} {copy.Role}");
    }

    private static async Task<EstateBatch> FirstAsync(IEstateSource source)
    {
        await foreach (var batch in source.WatchAsync(Token))
        {
            return batch;
        }

        throw new InvalidOperationException("no listing");
    }

    /// <summary>The primary hears of its standbys within a second; until then it is asked again.</summary>
    private static async Task<EstateChange.Upsert> UntilAsync(
        IEstateSource source,
        Predicate<EstateChange.Upsert> holds
    )
    {
        for (var left = 300; left > 0; left--)
        {
            var look = await source.ObserveAsync([new ResourceId(Standby)], Token);
            if (look.Changes.OfType<EstateChange.Upsert>().FirstOrDefault() is { } record && holds(record))
            {
                return record;
            }

            await Task.Delay(100, Token);
        }

        throw new InvalidOperationException("the standby never came to be as it should");
    }
}
