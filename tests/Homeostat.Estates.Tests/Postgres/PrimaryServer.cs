using Homeostat.Estates.Postgres;
using Homeostat.Testing;
using Npgsql;
using Xunit;

namespace Homeostat.Estates.Tests.Postgres;

/// <summary>One primary for the tests of the source; each makes databases of its own in it.</summary>
public sealed class PrimaryServer : IAsyncLifetime
{
    private PostgresCluster? _cluster;

    public PostgresCluster Cluster => _cluster ?? throw new InvalidOperationException("it was not started");

    public async ValueTask InitializeAsync()
    {
        if (PostgresCluster.WhyNot is null)
        {
            _cluster = await PostgresCluster.StartAsync();
            await RunAsync("postgres", "create role looker login in role pg_monitor");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    public PostgresSource Source(string database = "postgres", string role = "looker", TimeProvider? time = null) =>
        new(new PostgresOptions("main", Cluster.ConnectionString(database, role)), time ?? TimeProvider.System);

    public async Task RunAsync(string database, params string[] statements)
    {
        await using var connection = new NpgsqlConnection(
            Cluster.ConnectionString(database) + ";Pooling=false;Command Timeout=60"
        );
        await connection.OpenAsync();
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    public async Task<string> DatabaseAsync(string name, params string[] statements)
    {
        await RunAsync("postgres", $"create database \"{name}\"");
        await RunAsync(name, statements);
        return name;
    }
}

[CollectionDefinition(Name)]
public sealed class PrimaryCollection : ICollectionFixture<PrimaryServer>
{
    public const string Name = "PostgreSQL primary";
}
