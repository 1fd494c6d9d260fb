using Homeostat.SystemTests.Postgres.Site;
using Npgsql;

namespace Homeostat.SystemTests.Postgres.Faults;

/// <summary>The database dies in the middle of things: the client hears an error, the service lives, no permit is forgotten.</summary>
[Collection(SiteCollection.Name)]
public sealed class UpstreamFaultTests(ProductionSite site)
{
    private const string Missing = "PostgreSQL 15 is not installed";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static bool IsInstalled => Cluster.WhyNot is null;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task A_backend_that_is_killed_takes_its_session_with_it_and_no_other()
    {
        var visit = await site.LendAsync(Cones.Whole("play"), "play");
        await using var other = await visit.Door.OpenAsync();
        await using var connection = await visit.Door.OpenAsync();
        var pid = await AskAsync(connection, "select pg_backend_pid()");
        var sleeping = AskAsync(connection, "select pg_sleep(30)");
        await site.Cluster.Owner("play").AskAsync($"select pg_terminate_backend({pid})");

        var error = await Assert.ThrowsAnyAsync<NpgsqlException>(() => sleeping.WaitAsync(Patience, Token));

        Assert.Equal("57P01", error.SqlState);
        Assert.Equal(2, await AskAsync(other, "select 2"));
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task A_crash_is_an_error_to_every_session_and_a_restart_the_end_of_it()
    {
        await site.Cluster.ScriptAsync("play", "drop table if exists crash; create table crash (id int primary key)");
        var visit = await site.LendAsync(Cones.Whole("play"), "play");
        await using var asking = await visit.Door.OpenAsync();
        await using var copying = await visit.Door.OpenAsync();
        await using var idle = await visit.Door.OpenAsync();
        await using var resting = await visit.Door.OpenAsync();
        var sleeping = AskAsync(asking, "select pg_sleep(30)");
        await using var copy = await copying.BeginTextImportAsync("copy crash from stdin", Token);
        await copy.WriteAsync("1\n2\n".AsMemory(), Token);
        await copy.FlushAsync(Token);
        await AskAsync(idle, "begin");
        await AskAsync(idle, "insert into crash values (77)");

        await site.Cluster.CrashAsync();

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => sleeping.WaitAsync(Patience, Token));
        await Assert.ThrowsAnyAsync<Exception>(() => EndAsync(copy).WaitAsync(Patience, Token));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => AskAsync(idle, "commit").WaitAsync(Patience, Token));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => AskAsync(resting, "select 1").WaitAsync(Patience, Token));
        var refused = await Assert.ThrowsAnyAsync<NpgsqlException>(() => visit.Door.AskAsync("select 1"));
        Assert.Matches("^(08|57)[0-9A-Z]{3}$", refused.SqlState ?? "nothing was said");

        await site.Cluster.StartAgainAsync();
        await site.SendCanaryAsync();
        Assert.False(site.Service.HasEnded);
        Assert.Equal("0", await visit.Door.AskAsync("select count(*) from crash"));
        await AreSettledAsync(visit);
    }

    /// <summary>The gateway's own connection is dead after a restart, and the catalogue is read all the same.</summary>
    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task What_needs_the_catalogue_anew_is_the_first_thing_after_a_restart()
    {
        var visit = await site.LendAsync(Cones.Whole("play"), "play");
        await visit.Door.AskAsync("drop table if exists nobody_made_this");

        await site.Cluster.CrashAsync();
        await site.Cluster.StartAgainAsync();

        await visit.Door.AskAsync("drop table if exists nobody_made_this");
        await site.SendCanaryAsync();
    }

    /// <summary>Every permit is settled in the end: what the database did not do too.</summary>
    private static async Task AreSettledAsync(Visit visit)
    {
        var start = TimeProvider.System.GetTimestamp();
        while ((await visit.Service.Operator.ShowAsync(visit.Lease, Token)).Outstanding is var left and > 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, $"{left} permits are still out");
            await Task.Delay(100, Token);
        }
    }

    private static async Task EndAsync(TextWriter copy)
    {
        await copy.WriteAsync("3\n".AsMemory(), Token);
        await copy.DisposeAsync();
    }

    private static async Task<object?> AskAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Token);
    }
}
