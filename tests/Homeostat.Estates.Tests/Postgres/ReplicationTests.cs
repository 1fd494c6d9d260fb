using Homeostat.Core.Estate;
using Homeostat.Estates.Postgres;
using Homeostat.Testing;
using Npgsql;
using Xunit;

namespace Homeostat.Estates.Tests.Postgres;

/// <summary>What leaves a server beside its standbys: slots, publications, subscriptions, the archive. Over a server of its own, which archives.</summary>
public sealed class ReplicationTests : IAsyncLifetime
{
    private const string Subscribed = "pg:main/subscriber/public.orders";
    private const string Archiver = "pg:main#archiver/wal";

    private PostgresCluster? _cluster;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PostgresCluster Cluster => _cluster ?? throw new InvalidOperationException("it was not started");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PostgresCluster.WhyNot is not null, PostgresCluster.WhyNot ?? "");
        _cluster = await PostgresCluster.StartAsync("archive_mode=on", "archive_command='true'");
        await RunAsync("postgres", "create role looker login in role pg_monitor");
    }

    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? default;

    [Fact]
    public async Task A_subscribers_table_is_a_copy_of_the_publishers_and_both_ends_are_listed()
    {
        await RunAsync("postgres", "create database publisher", "create database subscriber");
        await RunAsync(
            "publisher",
            "create table orders as select generate_series(1, 100) a",
            "create publication everything for table orders",
            "select pg_create_physical_replication_slot('kept', true)",
            "select pg_create_logical_replication_slot('sub', 'pgoutput')"
        );
        var from = new NpgsqlConnectionStringBuilder(Cluster.ConnectionString("publisher"));
        await RunAsync(
            "subscriber",
            "create table orders (a int)",
            $"""
            create subscription sub
            connection 'host={from.Host} port={from.Port} user=postgres dbname=publisher'
            publication everything with (create_slot = false, slot_name = sub)
            """
        );

        var estate = await UntilAsync(now =>
            now.Of(Subscribed).Contains("Standby of pg:main/publisher/public.orders")
            && now.Fact("pg:main#replication-slot/sub", "active") == "1"
        );

        Assert.Contains("pg:main/publisher#publication/everything", estate.Ids);
        Assert.Contains("pg:main/subscriber#subscription/sub", estate.Ids);
        Assert.Equal("logical", estate.Fact("pg:main#replication-slot/sub", "type"));
        Assert.Contains("in pg:main/publisher", estate.Of("pg:main#replication-slot/sub"));
        Assert.Equal("physical", estate.Fact("pg:main#replication-slot/kept", "type"));
        Assert.Equal("0", estate.Fact("pg:main#replication-slot/kept", "active"));
        Assert.NotNull(estate.Fact("pg:main#replication-slot/kept", "kept_bytes"));
        await RunAsync("subscriber", "drop subscription sub");
    }

    [Fact]
    public async Task An_archive_guards_the_cluster_while_it_works()
    {
        await RunAsync("postgres", "create table t (a int)", "select pg_switch_wal()");
        var working = await UntilAsync(now => now[Archiver].State == RunState.Running);
        Assert.Contains("guards pg:main", working.Of(Archiver));

        await RunAsync("postgres", "alter system set archive_command = 'false'", "select pg_reload_conf()");
        await RunAsync("postgres", "insert into t values (1)", "select pg_switch_wal()");
        var failing = await UntilAsync(now => now[Archiver].State == RunState.Stopped);

        Assert.DoesNotContain("guards pg:main", failing.Of(Archiver));
        Assert.NotEqual("0", failing.Fact(Archiver, "failed_total"));
    }

    private async Task<ListedEstate> UntilAsync(Func<ListedEstate, bool> isSo)
    {
        var options = new PostgresOptions("main", Cluster.ConnectionString("postgres", "looker"))
        {
            Upstreams = new Dictionary<string, PostgresUpstream> { ["sub"] = new("main", "publisher") },
        };
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await using var source = new PostgresSource(options, TimeProvider.System);
            var estate = await ListedEstate.OfAsync(source);
            if (isSo(estate))
            {
                return estate;
            }

            Assert.True(
                TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(60),
                string.Join('\n', estate.Ids)
            );
            await Task.Delay(200, Token);
        }
    }

    private async Task RunAsync(string database, params string[] statements)
    {
        await using var connection = new NpgsqlConnection(Cluster.ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync(Token);
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(Token);
        }
    }
}
