using System.Collections.Concurrent;
using Homeostat.SystemTests.Postgres.Site;
using Npgsql;

namespace Homeostat.SystemTests.Postgres.Faults;

/// <summary>A lease that ends takes its sessions with it.</summary>
[Collection(SiteCollection.Name)]
public sealed class RevocationTests(ProductionSite site)
{
    private const string Missing = "PostgreSQL 15 is not installed";
    private const int Workers = 8;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(3);

    public static bool IsInstalled => Cluster.WhyNot is null;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task Under_load_no_statement_succeeds_that_began_after_the_revocation()
    {
        var visit = await site.LendAsync(Cones.Whole("play"), "play");
        var begun = new ConcurrentQueue<long>();
        var work = Enumerable.Range(0, Workers).Select(worker => WorkAsync(visit.Door, worker, begun)).ToArray();
        await UntilAsync(() => begun.Count > 10 * Workers || work.Any(one => one.IsCompleted));
        Assert.DoesNotContain(work, one => one.IsCompleted);

        await visit.RevokeAsync();
        var revoked = TimeProvider.System.GetTimestamp();
        var ends = await Task.WhenAll(work).WaitAsync(Soon, Token);

        Assert.All(ends, end => Assert.Equal("57P01", end.SqlState));
        Assert.All(begun, at => Assert.True(at <= revoked, "a statement that began after the revocation succeeded"));
        await visit.Service.Decisions.FindAsync(visit.Agent, decision => decision.Verdict == "allow");
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task A_statement_that_runs_is_ended_in_the_database_too()
    {
        var visit = await site.LendAsync(Cones.Reading);
        await using var connection = await visit.Door.OpenAsync();
        var sleeping = AskAsync(connection, "select pg_sleep(40)");
        await UntilAsync(async () => await SleepersAsync() == "1");

        await visit.RevokeAsync();

        var error = await Assert.ThrowsAnyAsync<NpgsqlException>(() => sleeping.WaitAsync(Soon, Token));
        Assert.Equal("57P01", error.SqlState);
        await UntilAsync(async () => await SleepersAsync() == "0");
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task A_transaction_that_was_open_is_rolled_back()
    {
        await site.Cluster.ScriptAsync("play", "drop table if exists half; create table half (id int primary key)");
        var visit = await site.LendAsync(Cones.Whole("play"), "play");
        await using var connection = await visit.Door.OpenAsync();
        await AskAsync(connection, "begin");
        await AskAsync(connection, "insert into half values (1)");

        await visit.RevokeAsync();

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => AskAsync(connection, "commit").WaitAsync(Soon, Token));
        await UntilAsync(async () =>
            await site.Cluster.Owner("play").AskAsync("select count(*) from pg_locks where relation = 'half'::regclass")
            == "0"
        );
        Assert.Equal("0", await site.Cluster.Owner("play").AskAsync("select count(*) from half"));
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task A_lease_that_runs_out_ends_its_sessions()
    {
        const double life = 4;
        var visit = await site.LendAsync(Cones.Reading, life: life);
        await using var connection = await visit.Door.OpenAsync();
        var pid = await AskAsync(connection, "select pg_backend_pid()");
        await Task.Delay(TimeSpan.FromSeconds(life), Token);

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => AskAsync(connection, "select 1").WaitAsync(Soon, Token));

        await UntilAsync(async () =>
            await site.Cluster.Owner("shop").AskAsync($"select count(*) from pg_stat_activity where pid = {pid}") == "0"
        );
    }

    /// <summary>Reads and writes until it cannot any more; notes when each statement began that succeeded.</summary>
    private static async Task<NpgsqlException> WorkAsync(Door door, int worker, ConcurrentQueue<long> begun)
    {
        await using var connection = await door.OpenAsync();
        try
        {
            while (true)
            {
                foreach (var sql in new[] { "select 1", $"update busy set n = n + 1 where id = {worker}" })
                {
                    var at = TimeProvider.System.GetTimestamp();
                    await AskAsync(connection, sql);
                    begun.Enqueue(at);
                }
            }
        }
        catch (NpgsqlException end)
        {
            return end;
        }
    }

    private async Task<string?> SleepersAsync() =>
        await site
            .Cluster.Owner("shop")
            .AskAsync(
                "select count(*) from pg_stat_activity where query like '%pg_sleep(40)%' and state = 'active' and pid <> pg_backend_pid()"
            );

    private static Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(10), "it did not come about");
            await Task.Delay(10, Token);
        }
    }

    private static async Task<object?> AskAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Token);
    }
}
