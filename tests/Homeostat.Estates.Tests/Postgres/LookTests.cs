using Homeostat.Core.Estate;
using Homeostat.Estates.Postgres;
using Homeostat.Testing;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Xunit;

namespace Homeostat.Estates.Tests.Postgres;

/// <summary>
/// Looks at a few relations: they read little, and say no less and nothing newer than what they read. Over a server of its own:
/// whoever never looked lists all that there is first.
/// </summary>
public sealed class LookTests(PrimaryServer server) : IClassFixture<PrimaryServer>, IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(3);

    private readonly FakeTimeProvider _time = new(Start);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PostgresCluster.WhyNot is not null, PostgresCluster.WhyNot ?? "");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_look_inside_a_database_sees_it_now_and_what_is_counted_of_it_as_old_as_the_count()
    {
        await server.DatabaseAsync("inside", "create table one (a int)", "create table two (a int)");
        var names = new PostgresNames("main", "inside");
        await using var source = server.Source(time: _time);
        await ListedEstate.OfAsync(source);
        _time.Advance(Later);

        var look = await source.ObserveAsync([names.Relation("public", "one"), names.Database], Token);

        var records = look.Changes.Cast<EstateChange.Upsert>().ToDictionary(record => record.Resource.Id);
        Assert.Equal([names.Relation("public", "one"), names.Database], records.Keys);
        Assert.All(records.Values, record => Assert.Equal(Start + Later, record.Resource.Existence.ObservedAt));
        var counted = records[names.Database].Resource.Facts;
        Assert.Equal(["connections", "size_bytes"], counted.Select(fact => fact.Key));
        Assert.All(counted, fact => Assert.Equal(Start, fact.Provenance.ObservedAt));
    }

    [Fact]
    public async Task Who_asks_for_the_database_alone_or_for_the_cluster_has_it_counted_now()
    {
        await server.DatabaseAsync("outside", "create table one (a int)");
        var names = new PostgresNames("main", "outside");
        await using var source = server.Source(time: _time);
        await ListedEstate.OfAsync(source);
        _time.Advance(Later);

        var look = await source.ObserveAsync([names.Database, names.Cluster], Token);

        var records = look.Changes.Cast<EstateChange.Upsert>().ToList();
        Assert.Equal(2, records.Count);
        Assert.All(
            records.SelectMany(record => record.Resource.Facts),
            fact => Assert.Equal(Start + Later, fact.Provenance.ObservedAt)
        );
    }

    [Fact]
    public async Task A_relation_that_is_another_than_at_the_look_before_is_said_as_whoever_never_looked_sees_it()
    {
        await server.DatabaseAsync(
            "altered",
            "create role altered_clerk",
            "create schema aside",
            "create function price() returns int language sql as 'select 1'",
            "create type mood as enum ('good')",
            "create table customers (id bigint primary key)",
            "create table older (id bigint)",
            "create table aside.journal (id bigint)",
            "create table orders (id bigint, customer bigint, moods mood[], price int default price())",
            "create sequence numbers",
            "create view seen as select 1 as a from orders"
        );
        var names = new PostgresNames("main", "altered");
        ResourceId[] ids =
        [
            names.Relation("public", "orders"),
            names.Relation("public", "seen"),
            names.Relation("public", "numbers"),
            names.Database,
        ];
        await using var source = server.Source(time: _time);
        await ListedEstate.OfAsync(source);
        var before = await SaidAsync(source, ids);

        foreach (var change in Changes)
        {
            Assert.Equal(before, await SaidAsync(source, ids));

            await server.RunAsync("altered", change);

            var after = await SaidAsync(source, ids);
            await using var stranger = server.Source(time: _time);
            Assert.Equal(await SaidAsync(stranger, ids), after);
            Assert.True(before != after, $"{change} changed nothing that was seen");
            before = after;
        }
    }

    /// <summary>Whoever reads rows between a change and the way back must not keep them under the mark of before.</summary>
    [Fact]
    public async Task What_was_changed_and_changed_back_has_another_mark()
    {
        await server.DatabaseAsync(
            "marked",
            "create role marked_clerk",
            "create function price() returns int language sql as 'select 1'",
            "create table customers (id bigint)",
            "create table orders (id bigint default price()) inherits (customers)"
        );
        (string Change, string Back)[] pairs =
        [
            ("grant select on orders to marked_clerk", "revoke select on orders from marked_clerk"),
            ("grant select (id) on orders to marked_clerk", "revoke select (id) on orders from marked_clerk"),
            ("alter table orders no inherit customers", "alter table orders inherit customers"),
            ("alter table orders alter id drop default", "alter table orders alter id set default price()"),
        ];
        foreach (var (change, back) in pairs)
        {
            // The first time something may stay behind that was not written out before.
            await server.RunAsync("marked", change, back);
            var mark = await MarkAsync();
            Assert.Equal(mark, await MarkAsync());

            await server.RunAsync("marked", change, back);

            Assert.True(mark != await MarkAsync(), $"{change}; {back}");
        }
    }

    private async Task<string> MarkAsync()
    {
        await using var connection = new NpgsqlConnection(server.Cluster.ConnectionString("marked") + ";Pooling=false");
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(
            $"select {MarkQueries.Mark} from pg_class c where c.relname = 'orders'",
            connection
        );
        return (string)(await command.ExecuteScalarAsync(Token))!;
    }

    /// <summary>Each changes what is said of a relation, or of the database, and most of them by another object than that.</summary>
    private static readonly string[] Changes =
    [
        "alter table orders add foreign key (customer) references customers",
        "alter table customers rename to clients",
        "alter table clients set schema aside",
        "alter function price rename to cost",
        "alter type mood rename to temper",
        "alter extension plpgsql add function cost()",
        "alter table orders inherit older",
        "alter table older rename to oldest",
        "grant select on orders to altered_clerk",
        "alter role altered_clerk rename to altered_scribe",
        "grant update (price) on orders to altered_scribe",
        "revoke update (price) on orders from altered_scribe",
        "create function checked() returns trigger language plpgsql as 'begin return new; end'; "
            + "create trigger checks before insert on orders for each row execute function checked()",
        "create function visible() returns boolean language sql as 'select true'; "
            + "create policy sees on orders using (visible())",
        "create rule also as on insert to orders do also select * from aside.journal",
        "create or replace view seen as select 1 as a from orders, aside.clients",
        "alter sequence numbers owned by orders.id",
        "alter table orders owner to altered_scribe",
        "grant create on database altered to altered_scribe",
        "alter database altered owner to altered_scribe",
        "drop view seen",
        "create view seen as select id from oldest",
        "drop table orders cascade",
    ];

    private static async Task<string> SaidAsync(PostgresSource source, IReadOnlyCollection<ResourceId> ids)
    {
        var look = await source.ObserveAsync(ids, Token);
        var lines = look.Changes.Select(change =>
            change is EstateChange.Upsert record
                ? $"{record.Resource.Id} {record.Resource.Kind} {record.Resource.State}: "
                    + string.Join("; ", ListedEstate.Lines(record))
                : change.ToString()!
        );
        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }
}
