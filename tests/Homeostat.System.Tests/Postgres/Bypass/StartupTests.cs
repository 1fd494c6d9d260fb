using System.Text;
using Homeostat.SystemTests.Postgres.Site;
using Homeostat.SystemTests.Postgres.Wire;
using Npgsql;

namespace Homeostat.SystemTests.Postgres.Bypass;

/// <summary>Getting in with something else than a lease of one's own that can still be used, or with more than it lends.</summary>
[Collection(SiteCollection.Name)]
public sealed class StartupTests(ProductionSite site)
{
    private const string Missing = "PostgreSQL 15 is not installed";

    public static bool IsInstalled => Cluster.WhyNot is null;

    public static TheoryData<string, string> Parameters =>
        new()
        {
            { "options", "-c role=auditor" },
            { "options", "-c session_replication_role=replica" },
            { "options", "--search_path=shadow" },
            { "replication", "database" },
            { "replication", "true" },
            { "role", "auditor" },
            { "session_authorization", "auditor" },
            { "session_replication_role", "replica" },
            { "client_encoding", "SJIS" },
            { "client_encoding", "SQL_ASCII" },
            { "standard_conforming_strings", "off" },
            { "local_preload_libraries", "auto_explain" },
            { "session_preload_libraries", "auto_explain" },
            { "default_transaction_read_only", "'; reset all; --" },
            { "no_such_setting", "1" },
        };

    [Theory(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    [MemberData(nameof(Parameters))]
    public async Task A_parameter_that_would_change_what_a_session_is_or_means(string name, string value)
    {
        var visit = await site.LendAsync(Cones.Notes);
        await using var client = await RawClient.ConnectAsync(visit.Door);
        await client.SendAsync(
            Frames.Startup(("user", visit.Door.User), ("database", visit.Door.Database), (name, value))
        );

        var error = await RefusalOfAsync(client, visit.Door.Password);

        Assert.NotNull(error);
        Assert.Contains(error.Field('C'), (string?[])["0A000", "42501", "22023", "28000", "08P01", "42704"]);
        Assert.Contains(name, error.Field('M') + error.Field('D') + error.Field('H'), StringComparison.Ordinal);
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task Another_agents_secret_opens_nothing()
    {
        var (one, other) = (await site.LendAsync(Cones.Reading), await site.LendAsync(Cones.Whole("shop")));

        await IsTurnedAwayAsync(other.Door with { Password = one.Door.Password });
        await IsTurnedAwayAsync(one.Door with { User = other.Door.User });
        await IsTurnedAwayAsync(one.Door with { User = "writer", Password = "writer-pw" });
        await IsTurnedAwayAsync(one.Door with { Password = one.Door.Password[..^1] });
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task A_lease_that_was_revoked_opens_nothing()
    {
        var visit = await site.LendAsync(Cones.Reading);
        Assert.Equal("1", await visit.Door.AskAsync("select 1"));
        await visit.RevokeAsync();

        await IsTurnedAwayAsync(visit.Door);
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task A_lease_that_is_over_opens_nothing()
    {
        var visit = await site.LendAsync(Cones.Reading, life: 1);
        await Task.Delay(TimeSpan.FromSeconds(1.2), TestContext.Current.CancellationToken);

        await IsTurnedAwayAsync(visit.Door);
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task Who_is_unknown_is_answered_as_who_has_the_wrong_password()
    {
        var visit = await site.LendAsync(Cones.Reading);

        var wrong = await ErrorAsync(visit.Door with { Password = "hsl_wrong.wrong" });
        var unknown = await ErrorAsync(visit.Door with { User = "nobody-at-all" });

        Assert.Equal(
            wrong.Replace(visit.Door.User, "?", StringComparison.Ordinal),
            unknown.Replace("nobody-at-all", "?", StringComparison.Ordinal)
        );
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task Statements_before_the_password_are_not_heard()
    {
        var visit = await site.LendAsync(Cones.Whole("shop"));
        var before = await site.FingerprintAsync();
        await using var client = await RawClient.ConnectAsync(visit.Door);
        await client.SendAsync(
            Frames.Startup(("user", visit.Door.User), ("database", "shop")),
            Frames.Query("update archive set body = ''")
        );

        var replies = await client.UntilEndAsync();

        Assert.Equal('E', replies[^1].Type);
        Assert.DoesNotContain(replies, reply => reply.Type == 'Z');
        Assert.Equal(before, await site.FingerprintAsync());
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task Another_sessions_key_and_a_guessed_one_cancel_nothing()
    {
        var (victim, other) = (await site.LendAsync(Cones.Reading), await site.LendAsync(Cones.Reading));
        await using var sleeping = await RawClient.OpenAsync(victim.Door);
        await using var attacker = await RawClient.OpenAsync(other.Door);
        await sleeping.SendAsync(Frames.Query("select pg_backend_pid()"));
        var backend = (await sleeping.UntilAsync('Z')).First(reply => reply.Type == 'D').Body[6..];
        var process = int.Parse(Encoding.ASCII.GetString(backend));
        await sleeping.SendAsync(Frames.Query("select pg_sleep(1.5)"));

        foreach (
            var (pid, secret) in new[]
            {
                (attacker.ProcessId, attacker.Secret),
                (sleeping.ProcessId, attacker.Secret),
                (sleeping.ProcessId, 0),
                (process, attacker.Secret),
                (process, 0),
            }
        )
        {
            await using var cancel = await RawClient.ConnectAsync(other.Door);
            await cancel.SendAsync(Frames.Cancel(pid, secret));
            await cancel.UntilEndAsync();
        }

        Assert.DoesNotContain(await sleeping.UntilAsync('Z'), reply => reply.Type == 'E');
    }

    private static async Task IsTurnedAwayAsync(Door door)
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => door.AskAsync("select 1"));
        Assert.Contains(error.SqlState, (string[])["28P01", "28000"]);
    }

    private static async Task<string> ErrorAsync(Door door)
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => door.AskAsync("select 1"));
        return $"{error.SqlState} {error.MessageText} {error.Detail} {error.Hint}";
    }

    private static async Task<Reply?> RefusalOfAsync(RawClient client, string password)
    {
        try
        {
            await client.AuthenticateAsync(password);
            return (await client.UntilAsync('Z', 'E')).FirstOrDefault(reply => reply.Type == 'E');
        }
        catch (RefusedException refusal)
        {
            return refusal.Reply;
        }
    }
}
