using System.Text;
using Homeostat.Core.Leases;
using Homeostat.Gateways.Postgres.Upstream;
using Homeostat.Gateways.Postgres.Wire;
using Homeostat.Gateways.Tests.Postgres.Server;
using static Homeostat.Gateways.Tests.Postgres.Sessions.TestGateway;

namespace Homeostat.Gateways.Tests.Postgres.Sessions;

/// <summary>A client that sends just the messages that it is told to, in the orders that drivers do not use and attackers do.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PipelineTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private TestGateway Gateway
    {
        get
        {
            Assert.SkipWhen(PostgresServer.WhyNot is not null, PostgresServer.WhyNot ?? "");
            return fixture.Gateway;
        }
    }

    private Task<UpstreamConnection> ConnectAsync(Lease lease) =>
        UpstreamConnection.ConnectAsync(
            Gateway.AddressFor(lease),
            Gateway.Database,
            null,
            TestContext.Current.CancellationToken
        );

    private static void Run(MessageWriter writer, string statement)
    {
        FrontendMessages.WriteBind(writer, ""u8, Encoding.UTF8.GetBytes(statement));
        FrontendMessages.WriteExecute(writer, ""u8, 0);
    }

    private static void Parse(MessageWriter writer, string name, string text) =>
        FrontendMessages.WriteParse(writer, Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(text), []);

    /// <summary>The types of the answers up to so many ReadyForQuery, errors with their codes and tags in full; no notices.</summary>
    private static async Task<string> AnswersAsync(UpstreamConnection client, int ready = 1)
    {
        await client.Writer.FlushAsync(TestContext.Current.CancellationToken);
        var answers = new List<string>();
        while (ready > 0)
        {
            var header = await client
                .Reader.ReadHeaderAsync(TestContext.Current.CancellationToken)
                .AsTask()
                .WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            Assert.False(header.IsEnd, $"closed after {string.Join(' ', answers)}");
            var body = await client.Reader.ReadBodyAsync(header, TestContext.Current.CancellationToken);
            ready -= header.Type == BackendType.ReadyForQuery ? 1 : 0;
            if (header.Type is not (BackendType.NoticeResponse or BackendType.ParameterStatus))
            {
                answers.Add(
                    header.Type switch
                    {
                        BackendType.ErrorResponse => ErrorFields.TryRead(body.Span, out var error)
                            ? error.SqlState
                            : "?",
                        BackendType.CommandComplete => $"[{Encoding.UTF8.GetString(body.Span[..^1])}]",
                        BackendType.ReadyForQuery => $"Z{(char)body.Span[0]}",
                        var type => ((char)type).ToString(),
                    }
                );
            }
        }

        return string.Join(' ', answers);
    }

    [Fact]
    public async Task Many_segments_are_answered_in_their_order_and_a_refusal_ends_its_own_alone()
    {
        await using var client = await ConnectAsync(Gateway.Grant("segments"));
        var writer = client.Writer;
        Parse(writer, "one", "select 1");
        Run(writer, "one");
        FrontendMessages.WriteSync(writer);
        Run(writer, "one");
        Parse(writer, "", "delete from customers");
        Run(writer, "");
        Run(writer, "one");
        FrontendMessages.WriteSync(writer);
        Run(writer, "one");
        FrontendMessages.WriteSync(writer);

        Assert.Equal(
            "1 2 D [SELECT 1] ZI 2 D [SELECT 1] 1 42501 ZI 2 D [SELECT 1] ZI",
            await AnswersAsync(client, ready: 3)
        );
    }

    [Fact]
    public async Task A_name_whose_parse_fails_still_means_what_it_meant()
    {
        await using var client = await ConnectAsync(Gateway.Grant("duplicate"));
        var writer = client.Writer;
        Parse(writer, "x", "delete from customers");
        FrontendMessages.WriteSync(writer);
        await AnswersAsync(client);

        // The server refuses the second Parse, because the name is taken; what comes after the Sync would run the first.
        Parse(writer, "x", "select 1");
        FrontendMessages.WriteSync(writer);
        Run(writer, "x");
        FrontendMessages.WriteSync(writer);

        Assert.Equal("42P05 ZI 42501 ZI", await AnswersAsync(client, ready: 2));
    }

    [Fact]
    public async Task A_prepare_that_is_bound_and_not_run_gives_no_name()
    {
        await using var client = await ConnectAsync(Gateway.Grant("unrun"));
        var writer = client.Writer;
        Parse(writer, "x", "delete from customers");
        FrontendMessages.WriteSync(writer);
        await AnswersAsync(client);

        Parse(writer, "", "deallocate x");
        FrontendMessages.WriteBind(writer, "a"u8, ""u8);
        Parse(writer, "", "prepare x as select 1");
        FrontendMessages.WriteBind(writer, "b"u8, ""u8);
        Run(writer, "x");
        FrontendMessages.WriteSync(writer);

        Assert.Equal("1 2 1 2 42501 ZI", await AnswersAsync(client));
    }

    [Fact]
    public async Task A_statement_prepared_by_sql_is_judged_when_it_is_bound_too()
    {
        await using var client = await ConnectAsync(Gateway.Grant("sql-bound"));
        var writer = client.Writer;
        FrontendMessages.WriteQuery(writer, "prepare x as delete from customers");
        Run(writer, "x");
        FrontendMessages.WriteSync(writer);

        Assert.Equal("[PREPARE] ZI 42501 ZI", await AnswersAsync(client, ready: 2));
    }

    [Fact]
    public async Task An_execute_that_was_bound_runs_what_its_name_means_when_it_is_run()
    {
        await using var client = await ConnectAsync(Gateway.Grant("late"));
        var writer = client.Writer;
        FrontendMessages.WriteQuery(writer, "begin");
        FrontendMessages.WriteQuery(writer, "prepare x as select 1");
        Parse(writer, "", "execute x");
        FrontendMessages.WriteBind(writer, "late"u8, ""u8);
        FrontendMessages.WriteSync(writer);
        FrontendMessages.WriteQuery(writer, "deallocate x");
        FrontendMessages.WriteQuery(writer, "prepare x as delete from customers");
        FrontendMessages.WriteExecute(writer, "late"u8, 0);
        FrontendMessages.WriteSync(writer);

        Assert.EndsWith(
            "[DEALLOCATE] ZT [PREPARE] ZT 42501 ZE",
            await AnswersAsync(client, ready: 6),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Names_that_the_server_takes_for_one_are_one()
    {
        await using var client = await ConnectAsync(Gateway.Grant("long"));
        var writer = client.Writer;
        var stem = new string('n', 63);
        Parse(writer, stem + "a", "delete from customers");
        FrontendMessages.WriteSync(writer);
        await AnswersAsync(client);
        Parse(writer, stem + "b", "select 1");
        FrontendMessages.WriteSync(writer);
        Run(writer, stem + "b");
        FrontendMessages.WriteSync(writer);

        Assert.Equal("42P05 ZI 42501 ZI", await AnswersAsync(client, ready: 2));
    }

    [Fact]
    public async Task A_setting_in_a_pipeline_counts_for_what_is_after_it_and_goes_with_it()
    {
        await using var client = await ConnectAsync(Gateway.Grant("set-in-pipeline"));
        var writer = client.Writer;
        Parse(writer, "s", "set search_path = other");
        Run(writer, "s");
        Parse(writer, "", "delete from customers where id = 9");
        Run(writer, "");
        FrontendMessages.WriteSync(writer);
        Parse(writer, "t", "delete from customers where id = 4711");
        Run(writer, "t");
        FrontendMessages.WriteSync(writer);

        // other.customers has no key; the refusal undoes the setting, and public.customers has one.
        Assert.Equal("1 2 [SET] 1 42501 ZI 1 2 [DELETE 0] ZI", await AnswersAsync(client, ready: 2));
        await Gateway.SettledAsync();
    }

    [Fact]
    public async Task A_copy_in_the_extended_protocol_takes_its_rows_with_the_syncs_of_libpq()
    {
        await using var client = await ConnectAsync(Gateway.Grant("copy-sync"));
        var writer = client.Writer;
        Parse(writer, "", "copy notes from stdin");
        Run(writer, "");
        FrontendMessages.WriteSync(writer);
        writer.BeginMessage(FrontendType.CopyData);
        writer.WriteRaw("7001\trow\n"u8);
        writer.EndMessage();
        writer.BeginMessage(FrontendType.CopyDone);
        writer.EndMessage();
        FrontendMessages.WriteSync(writer);
        FrontendMessages.WriteQuery(writer, "select 1");

        Assert.Equal("1 2 G [COPY 1] ZI T D [SELECT 1] ZI", await AnswersAsync(client, ready: 2));
        await Gateway.SettledAsync();
    }

    [Fact]
    public async Task A_query_within_the_rows_of_a_copy_ends_the_session()
    {
        await using var client = await ConnectAsync(Gateway.Grant("copy-query"));
        FrontendMessages.WriteQuery(client.Writer, "copy notes from stdin");
        FrontendMessages.WriteQuery(client.Writer, "prepare x as select 1");
        await client.Writer.FlushAsync(TestContext.Current.CancellationToken);

        MessageHeader header;
        var last = "";
        do
        {
            header = await client.Reader.ReadHeaderAsync(TestContext.Current.CancellationToken);
            var body = await client.Reader.ReadBodyAsync(header, TestContext.Current.CancellationToken);
            last =
                header.Type == BackendType.ErrorResponse && ErrorFields.TryRead(body.Span, out var error)
                    ? error.SqlState
                    : last;
        } while (!header.IsEnd);

        Assert.Equal("08P01", last);
        await Gateway.SettledAsync();
    }

    /// <summary>As libpq reads a large object: open (952), read (954), close (953); one that is not there is an error.</summary>
    [Fact]
    public async Task Large_objects_are_read_by_the_function_call_message()
    {
        await using var direct = await Gateway.OpenDirectAsync();
        await ExecuteAsync(direct, "select lo_from_bytea(77, 'large')");
        await ExecuteAsync(direct, "grant select on large object 77 to public");
        await using var client = await ConnectAsync(Gateway.Grant("objects", Manner.ReadOnly));
        FrontendMessages.WriteQuery(client.Writer, "begin");
        Call(client.Writer, 952, 77, 0x40000);
        Call(client.Writer, 954, 0, 100);
        Call(client.Writer, 953, 0);
        Call(client.Writer, 952, 78, 0x40000);
        FrontendMessages.WriteQuery(client.Writer, "rollback");

        Assert.Equal("[BEGIN] ZT V ZT V ZT V ZT 42704 ZE [ROLLBACK] ZI", await AnswersAsync(client, ready: 6));
    }

    /// <summary>Writing (955), making (957) and whatever else there is: by SELECT alone, where the grammar reads it.</summary>
    [Theory]
    [InlineData(955)]
    [InlineData(957)]
    [InlineData(964)]
    [InlineData(1598)]
    [InlineData(-1)]
    public async Task Any_other_function_call_message_is_refused_and_the_session_goes_on(int function)
    {
        await using var client = await ConnectAsync(Gateway.Grant($"call{function}"));
        Call(client.Writer, function);
        FrontendMessages.WriteQuery(client.Writer, "select 1");

        Assert.Equal("0A000 ZI T D [SELECT 1] ZI", await AnswersAsync(client, ready: 2));
    }

    [Fact]
    public async Task Who_may_not_look_at_the_database_reads_no_large_object()
    {
        var lease = Gateway.Grant("no-objects", where: new Selector { Ids = ["pg:main/*/public.notes"] });
        await using var client = await ConnectAsync(lease);
        Call(client.Writer, 952, 77, 0x40000);
        FrontendMessages.WriteQuery(client.Writer, "table notes");

        Assert.StartsWith("42501 ZI T ", await AnswersAsync(client, ready: 2), StringComparison.Ordinal);
    }

    private static void Call(MessageWriter writer, int function, params ReadOnlySpan<int> arguments)
    {
        writer.BeginMessage(FrontendType.FunctionCall);
        writer.WriteInt32(function);
        writer.WriteInt16(1);
        writer.WriteInt16(1);
        writer.WriteInt16((short)arguments.Length);
        foreach (var argument in arguments)
        {
            writer.WriteInt32(sizeof(int));
            writer.WriteInt32(argument);
        }

        writer.WriteInt16(1);
        writer.EndMessage();
    }

    [Fact]
    public async Task A_portal_is_run_in_parts_under_one_decision()
    {
        await using var client = await ConnectAsync(Gateway.Grant("parts"));
        var writer = client.Writer;
        FrontendMessages.WriteQuery(writer, "begin");
        Parse(writer, "", "select generate_series(1, 5)");
        FrontendMessages.WriteBind(writer, "p"u8, ""u8);
        FrontendMessages.WriteExecute(writer, "p"u8, 2);
        FrontendMessages.WriteExecute(writer, "p"u8, 2);
        FrontendMessages.WriteExecute(writer, "p"u8, 2);
        FrontendMessages.WriteClose(writer, NamedThing.Portal, "p"u8);
        FrontendMessages.WriteSync(writer);
        FrontendMessages.WriteQuery(writer, "commit");

        Assert.Equal("[BEGIN] ZT 1 2 D D s D D s D [SELECT 1] 3 ZT [COMMIT] ZI", await AnswersAsync(client, ready: 3));
    }
}
