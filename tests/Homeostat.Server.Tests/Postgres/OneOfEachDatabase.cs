using Homeostat.Core.Estate;
using Homeostat.Estates.Postgres;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Testing;
using Npgsql;

namespace Homeostat.Server.Tests.Postgres;

/// <summary>The database with one object of each kind: as the gateway reads its catalogue, and as the estate lists it.</summary>
public sealed class OneOfEachDatabase : IAsyncLifetime
{
    private PostgresCluster? _cluster;

    public ParserPool Parser { get; } = new(TimeProvider.System, 1);

    public DatabaseCatalogue Catalogue { get; private set; } = null!;

    public EstateSnapshot Estate { get; private set; } = null!;

    public IReadOnlyDictionary<ResourceId, ResourceKind> Kinds { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (PostgresCluster.WhyNot is not null)
        {
            return;
        }

        _cluster = await PostgresCluster.StartAsync();
        await RunAsync("postgres", [.. OneOfEach.Lines(OneOfEach.Shared), "create database shop"]);
        await RunAsync("shop", OneOfEach.Lines(OneOfEach.Definition));
        await using var connection = new NpgsqlConnection(_cluster.ConnectionString("shop"));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        Catalogue = await new CatalogueReader().ReadAsync(connection, TestContext.Current.CancellationToken);
        await ListAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Parser.Dispose();
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    /// <summary>What the estate answers when it is asked for these alone.</summary>
    public async Task<IReadOnlyList<EstateChange>> LookAsync(IReadOnlyCollection<ResourceId> ids)
    {
        await using var source = new PostgresSource(
            new PostgresOptions("main", _cluster!.ConnectionString("postgres")),
            TimeProvider.System
        );
        return (await source.ObserveAsync(ids, TestContext.Current.CancellationToken)).Changes;
    }

    /// <summary>One statement after another in one session.</summary>
    public async Task RunAsync(string database, IEnumerable<string> statements)
    {
        await using var connection = new NpgsqlConnection(_cluster!.ConnectionString(database));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        foreach (var sql in statements)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
    }

    private async Task ListAsync()
    {
        await using var source = new PostgresSource(
            new PostgresOptions("main", _cluster!.ConnectionString("postgres")),
            TimeProvider.System
        );
        await foreach (var batch in source.WatchAsync(TestContext.Current.CancellationToken))
        {
            Kinds = batch
                .Changes.OfType<EstateChange.Upsert>()
                .ToDictionary(record => record.Resource.Id, record => record.Resource.Kind);
            Estate = new EstateModel(ShelfLives.Default).Apply(batch);
            return;
        }
    }
}
