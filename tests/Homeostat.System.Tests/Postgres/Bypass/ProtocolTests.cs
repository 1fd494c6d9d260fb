using System.Text;
using Homeostat.SystemTests.Postgres.Site;
using Homeostat.SystemTests.Postgres.Wire;

namespace Homeostat.SystemTests.Postgres.Bypass;

/// <summary>What can be said in the protocol and in no text: in the order of messages, in their lengths, in their names.</summary>
[Collection(SiteCollection.Name)]
public sealed class ProtocolTests(ProductionSite site)
{
    private const string Missing = "PostgreSQL 15 is not installed";
    private const string Harm = "delete from archive";

    public static bool IsInstalled => Cluster.WhyNot is null;

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public Task Many_statements_in_one_Parse() => IsRefusedAsync(Extended($"select 1; {Harm}"));

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public Task The_FunctionCall_message() =>
        // lo_unlink(4242): its number is 964.
        IsRefusedAsync([
            Frames.Message(
                'F',
                Frames.Int32(964),
                Frames.Int16(1),
                Frames.Int16(0),
                Frames.Int16(1),
                Frames.Int32(4),
                Encoding.ASCII.GetBytes("4242"),
                Frames.Int16(0)
            ),
        ]);

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public Task A_statement_under_a_name_that_is_taken() =>
        IsRefusedAsync(
            [
                Frames.Parse("s", "select 1"),
                Frames.Parse("s", Harm),
                Frames.Bind("", "s"),
                Frames.Execute(""),
                Frames.Sync,
                Frames.Bind("", "s"),
                Frames.Execute(""),
                Frames.Sync,
            ],
            mayBeThePostgres: true
        );

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public Task A_statement_that_takes_the_place_of_the_unnamed_one() =>
        IsRefusedAsync([
            Frames.Parse("", "select 1"),
            Frames.Bind("", ""),
            Frames.Parse("", Harm),
            Frames.Bind("", ""),
            Frames.Execute(""),
            Frames.Sync,
        ]);

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public Task A_statement_after_one_that_was_closed() =>
        IsRefusedAsync([
            Frames.Parse("s", "select 1"),
            Frames.Close('S', "s"),
            Frames.Parse("s", Harm),
            Frames.Bind("p", "s"),
            Frames.Execute("p"),
            Frames.Sync,
        ]);

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public Task A_name_that_SQL_gave_and_the_protocol_uses() =>
        IsRefusedAsync([Frames.Query($"prepare s as {Harm}"), Frames.Bind("", "s"), Frames.Execute(""), Frames.Sync]);

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public Task A_name_that_the_protocol_gave_and_SQL_uses() =>
        IsRefusedAsync([Frames.Parse("s", Harm), Frames.Sync, Frames.Query("execute s")]);

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public Task A_name_that_SQL_prepared_again() =>
        IsRefusedAsync([
            Frames.Parse("s", "select 1"),
            Frames.Sync,
            Frames.Query("deallocate s"),
            Frames.Query($"prepare s as {Harm}"),
            Frames.Bind("", "s"),
            Frames.Execute(""),
            Frames.Sync,
        ]);

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public Task A_statement_that_another_search_path_gives_another_meaning() =>
        IsRefusedAsync([
            Frames.Parse("s", "insert into notes values (5010, 'x')"),
            Frames.Sync,
            Frames.Query("set search_path = attic, public"),
            Frames.Bind("", "s"),
            Frames.Execute(""),
            Frames.Sync,
        ]);

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public Task A_search_path_that_is_set_in_the_same_pipeline() =>
        IsRefusedAsync([
            Frames.Parse("s", "insert into notes values (5011, 'x')"),
            Frames.Parse("p", "set search_path = attic, public"),
            Frames.Bind("", "p"),
            Frames.Execute(""),
            Frames.Bind("", "s"),
            Frames.Execute(""),
            Frames.Sync,
        ]);

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public Task A_cursor_that_is_executed_as_a_portal() =>
        IsRefusedAsync([
            Frames.Query("begin"),
            Frames.Query("declare c cursor for select purge_archive()"),
            Frames.Execute("c"),
            Frames.Sync,
            Frames.Query("commit"),
        ]);

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public Task Two_executions_of_which_only_the_second_does_harm() =>
        IsRefusedAsync([
            Frames.Parse("a", "select 1"),
            Frames.Parse("b", Harm),
            Frames.Bind("pa", "a"),
            Frames.Bind("pb", "b"),
            Frames.Execute("pa"),
            Frames.Execute("pb"),
            Frames.Sync,
        ]);

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public Task A_value_that_looks_like_a_statement() =>
        IsAllowedAsync([
            Frames.Parse("", "select $1::text"),
            Frames.Bind("", "", $"x'; {Harm}; --"),
            Frames.Execute(""),
            Frames.Sync,
        ]);

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public Task A_name_that_looks_like_a_statement() =>
        IsAllowedAsync([
            Frames.Parse($"\"; {Harm}; --", "select 1"),
            Frames.Bind($"'; {Harm}", $"\"; {Harm}; --"),
            Frames.Execute($"'; {Harm}"),
            Frames.Sync,
        ]);

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public Task A_domain_whose_check_changes_settings_when_the_value_is_bound() =>
        IsRefusedAsync([
            Frames.Parse("", "select $1::sneaky"),
            Frames.Bind("", "", "x"),
            Frames.Execute(""),
            Frames.Sync,
            Frames.Query("show session_replication_role"),
        ]);

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public Task A_type_by_number_whose_check_is_run_when_the_value_is_bound() => IsRefusedByTypeAsync();

    [Theory(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    [InlineData("select 'a\0'; delete from archive", "a NUL")]
    [InlineData("delete from archive where body <> '\0", "a NUL in a value")]
    public Task Bytes_that_end_a_text_early(string sql, string what)
    {
        Assert.NotEmpty(what);
        return IsRefusedAsync([Frames.Query(sql)]);
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public Task Bytes_that_are_not_UTF_8() =>
        IsRefusedAsync([Frames.Message('Q', [.. "delete from archive where body <> '"u8, 0xc0, 0xa7, .. "x'"u8, 0])]);

    /// <summary>A domain's number as a parameter's type: its check runs at Bind, before anything is executed.</summary>
    private async Task IsRefusedByTypeAsync()
    {
        var oid = int.Parse((await site.Cluster.Owner("shop").AskAsync("select 'sneaky'::regtype::oid"))!);
        byte[] parse = Frames.Message(
            'P',
            Frames.Text(""),
            Frames.Text("select $1"),
            Frames.Int16(1),
            Frames.Int32(oid)
        );
        await IsRefusedAsync([parse, Frames.Bind("", "", "x"), Frames.Execute(""), Frames.Sync]);
    }

    private static byte[][] Extended(string sql) =>
        [Frames.Parse("", sql), Frames.Bind("", ""), Frames.Execute(""), Frames.Sync];

    private async Task IsRefusedAsync(byte[][] messages, bool mayBeThePostgres = false)
    {
        foreach (var cone in new[] { Cones.Notes, Cones.Reading })
        {
            var visit = await site.LendAsync(cone);
            var before = await site.FingerprintAsync();
            var replies = await TalkAsync(visit.Door, messages);
            Assert.Equal(before, await site.FingerprintAsync());
            var errors = replies.Where(reply => reply.Type == 'E').ToList();
            Assert.True(errors.Count > 0, "nothing was refused");
            Assert.All(errors, error => Assert.Matches("^[0-9A-Z]{5}$", error.Field('C')));
            Assert.True(
                mayBeThePostgres
                    || errors[0].Field('C') is "42501" or "55000" or "0A000" or "42601" or "22021" or "08P01",
                $"PostgreSQL answered, not the gateway: {errors[0].Text}"
            );
        }
    }

    private async Task IsAllowedAsync(byte[][] messages)
    {
        var visit = await site.LendAsync(Cones.Reading);
        var before = await site.FingerprintAsync();
        var replies = await TalkAsync(visit.Door, messages);
        Assert.Equal(before, await site.FingerprintAsync());
        Assert.DoesNotContain(replies, reply => reply.Type == 'E');
        Assert.Contains(replies, reply => reply.Type == 'D');
    }

    private static async Task<IReadOnlyList<Reply>> TalkAsync(Door door, byte[][] messages)
    {
        await using var client = await RawClient.OpenAsync(door);
        await client.SendAsync(messages);
        var replies = new List<Reply>();
        foreach (var _ in messages.Where(message => message[0] is (byte)'Q' or (byte)'S' or (byte)'F'))
        {
            replies.AddRange(await client.UntilAsync('Z'));
        }

        return replies;
    }
}
