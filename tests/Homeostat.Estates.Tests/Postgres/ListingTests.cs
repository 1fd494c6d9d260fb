using System.Diagnostics;
using Homeostat.Core.Estate;
using Homeostat.Testing;
using Xunit;

namespace Homeostat.Estates.Tests.Postgres;

[Collection(PrimaryCollection.Name)]
public sealed class ListingTests(PrimaryServer server) : IAsyncLifetime
{
    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PostgresCluster.WhyNot is not null, PostgresCluster.WhyNot ?? "");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task What_a_relation_uses_beside_tables_and_functions_is_needed_too()
    {
        await server.DatabaseAsync(
            "uses",
            "create collation plain (locale = 'C')",
            "create operator === (leftarg = int, rightarg = int, function = int4eq)",
            "create operator class odd_ops for type int using hash as operator 1 = (int, int), function 1 hashint4(int)",
            "create text search configuration words (copy = simple)",
            "create foreign data wrapper wrap",
            "create server far foreign data wrapper wrap",
            "create table notes (id int, body text collate plain)",
            "create index notes_id on notes using hash (id odd_ops)",
            "create view same as select id from notes where id === 1 and to_tsvector('words', body) is not null",
            "create foreign table far_notes (id int) server far"
        );
        await using var source = server.Source();

        var estate = await ListedEstate.OfAsync(source);

        Assert.Contains("needs 1 of pg:main/uses#collation/public.plain", estate.Of("pg:main/uses/public.notes"));
        Assert.Contains(
            "needs 1 of pg:main/uses#operator-class/public.odd_ops",
            estate.Of("pg:main/uses/public.notes_id")
        );
        Assert.Contains("needs 1 of pg:main/uses#operator/public.\"===\"", estate.Of("pg:main/uses/public.same"));
        Assert.Contains(
            "needs 1 of pg:main/uses#text-search-configuration/public.words",
            estate.Of("pg:main/uses/public.same")
        );
        Assert.Contains("needs 1 of pg:main/uses#foreign-server/far", estate.Of("pg:main/uses/public.far_notes"));
        Assert.Equal("operator", estate["pg:main/uses#operator/public.\"===\""].Kind.Name);
    }

    [Fact]
    public async Task A_table_needs_what_it_refers_to_and_a_view_what_it_reads()
    {
        await server.DatabaseAsync(
            "relations",
            "create table customers (id bigint primary key)",
            "create type mood as enum ('good', 'bad')",
            "create table orders (id bigserial primary key, customer bigint references customers, mood mood[], parent bigint references orders)",
            "create view open_orders as select o.id, c.id as customer from orders o join customers c on c.id = o.customer",
            "create view few as select * from open_orders",
            "create materialized view totals as select count(*) from few"
        );
        await using var source = server.Source();

        var estate = await ListedEstate.OfAsync(source);

        Assert.Equal(
            [
                "in pg:main/relations#schema/public",
                "Primary of pg:main/relations/public.orders",
                "needs 1 of pg:main/relations",
                "needs 1 of pg:main/relations#type/public.mood",
                "needs 1 of pg:main/relations/public.customers",
                "needs 1 of pg:main/relations/public.orders_id_seq",
                "pg:main#role/postgres may Administer",
            ],
            estate.Of("pg:main/relations/public.orders")
        );
        Assert.Equal("view", estate["pg:main/relations/public.open_orders"].Kind.Name);
        Assert.Superset(
            new HashSet<string>
            {
                "needs 1 of pg:main/relations/public.orders",
                "needs 1 of pg:main/relations/public.customers",
            },
            estate.Of("pg:main/relations/public.open_orders").ToHashSet()
        );
        Assert.Contains("needs 1 of pg:main/relations/public.open_orders", estate.Of("pg:main/relations/public.few"));
        Assert.Contains("needs 1 of pg:main/relations/public.few", estate.Of("pg:main/relations/public.totals"));
        Assert.Contains("in pg:main/relations/public.orders", estate.Of("pg:main/relations/public.orders_id_seq"));
        Assert.Equal(["in pg:main/relations/public.orders"], estate.Of("pg:main/relations/public.orders_pkey"));
        Assert.Equal(
            (0, 1),
            Capacity(estate.Changes, "pg:main/relations/public.customers", "pg:main/relations/public.totals")
        );
    }

    /// <summary>The capacity of one resource in a world in which a look found another gone.</summary>
    private static (int, int) Capacity(IReadOnlyList<EstateChange> listed, string gone, string of)
    {
        var model = new EstateModel(ShelfLives.Default);
        model.Apply(new EstateBatch(listed, IsFullListing: true));
        var after = model.Apply(
            new EstateBatch([new EstateChange.Remove(new ResourceId(gone), Provenance.Overlay)], false)
        );
        return after.CapacityOf(new ResourceId(of));
    }

    [Fact]
    public async Task A_partition_ends_with_its_parent_and_triggers_defaults_and_checks_need_their_functions()
    {
        await server.DatabaseAsync(
            "parts",
            "create function stamp() returns trigger language plpgsql as 'begin return new; end'",
            "create function fit(int) returns boolean language sql immutable as 'select $1 > 0'",
            "create function fit(text) returns boolean language sql immutable as 'select true'",
            "create table logs (at date, amount int check (fit(amount))) partition by range (at)",
            "create table logs_1 partition of logs for values from ('2026-01-01') to ('2026-02-01')",
            "create table base (a int)",
            "create table derived () inherits (base)",
            "create trigger stamped before insert on base for each row execute function stamp()",
            "create policy own on base using (fit(a))"
        );
        await using var source = server.Source();

        var estate = await ListedEstate.OfAsync(source);

        Assert.Contains("in pg:main/parts/public.logs", estate.Of("pg:main/parts/public.logs_1"));
        Assert.Contains("in pg:main/parts/public.base", estate.Of("pg:main/parts/public.derived"));
        Assert.DoesNotContain("needs 1 of pg:main/parts/public.base", estate.Of("pg:main/parts/public.derived"));
        Assert.Contains("needs 1 of pg:main/parts#function/public.fit", estate.Of("pg:main/parts/public.logs"));
        Assert.Contains("needs 1 of pg:main/parts#function/public.stamp", estate.Of("pg:main/parts/public.base"));
        Assert.Contains("needs 1 of pg:main/parts#function/public.fit", estate.Of("pg:main/parts/public.base"));
        Assert.Equal(["in pg:main/parts/public.base"], estate.Of("pg:main/parts#trigger/public.base.stamped"));
        Assert.Equal("policy", estate["pg:main/parts#policy/public.base.own"].Kind.Name);
        Assert.Equal("routine", estate["pg:main/parts#function/public.fit"].Kind.Name);
    }

    [Fact]
    public async Task Who_may_do_what_is_listed_with_the_highest_privilege()
    {
        await server.DatabaseAsync(
            "rights",
            "create role clerk login",
            "create role clerks",
            "grant clerks to clerk",
            "create table bills (id int, secret text)",
            "grant select, delete on bills to clerks",
            "grant update (secret) on bills to clerk",
            "grant select on bills to public",
            "alter table bills owner to clerk",
            "grant create on schema public to clerks"
        );
        await using var source = server.Source();

        var estate = await ListedEstate.OfAsync(source);

        Assert.Equal(
            ["pg:main#role/clerk may Administer", "pg:main#role/clerks may Delete", "pg:main#role/public may Read"],
            estate.Of("pg:main/rights/public.bills").Where(line => line.Contains(" may ", StringComparison.Ordinal))
        );
        Assert.Contains("pg:main#role/clerks may Administer", estate.Of("pg:main/rights#schema/public"));
        Assert.Contains("pg:main#role/clerk may Administer", estate.Of("pg:main#role/clerks"));
        Assert.Contains("pg:main#role/postgres may Administer", estate.Of("pg:main"));
        Assert.Equal("1", estate.Fact("pg:main#role/clerk", "can_login"));
    }

    [Fact]
    public async Task Whatever_a_name_holds_its_id_is_that_of_the_gateway_and_can_be_looked_at()
    {
        const string Odd = "he said \"no\".\\\n übel 表 🐘";
        await server.DatabaseAsync(
            "odd/name",
            $"create table \"{Odd.Replace("\"", "\"\"", StringComparison.Ordinal)}\" (a int)"
        );
        await using var source = server.Source();
        var id = new PostgresNames("main", "odd/name").Relation("public", Odd);

        var estate = await ListedEstate.OfAsync(source);
        var look = await source.ObserveAsync([id], TestContext.Current.CancellationToken);

        Assert.Contains(id.Value, estate.Ids);
        Assert.Equal(
            estate.Of(id.Value),
            ListedEstate.Lines(Assert.IsType<EstateChange.Upsert>(Assert.Single(look.Changes)))
        );
    }

    [Fact]
    public async Task A_database_that_refuses_is_listed_with_unknown_content_and_said()
    {
        await server.DatabaseAsync(
            "closed",
            "create table hidden (a int)",
            "revoke connect on database closed from public"
        );
        await using var source = server.Source();

        var estate = await ListedEstate.OfAsync(source);
        var look = await source.ObserveAsync(
            [new ResourceId("pg:main/closed/public.hidden"), new ResourceId("pg:main/closed")],
            TestContext.Current.CancellationToken
        );

        Assert.Equal(RunState.Unknown, estate["pg:main/closed"].State);
        Assert.DoesNotContain("pg:main/closed/public.hidden", estate.Ids);
        Assert.Contains(source.Problems, problem => problem.Contains("GRANT CONNECT", StringComparison.Ordinal));
        Assert.Equal(
            "pg:main/closed",
            Assert.IsType<EstateChange.Upsert>(Assert.Single(look.Changes)).Resource.Id.Value
        );
    }

    [Fact]
    public async Task Numbers_of_rows_are_as_old_as_the_count_and_none_where_nobody_counted()
    {
        await server.DatabaseAsync(
            "counts",
            "create table counted as select generate_series(1, 1000) a",
            "create table uncounted as select generate_series(1, 1000) a",
            "analyze counted"
        );
        await using var source = server.Source();
        var before = TimeProvider.System.GetUtcNow();

        var estate = await ListedEstate.OfAsync(source);

        Assert.Equal("1000", estate.Fact("pg:main/counts/public.counted", "rows"));
        Assert.Null(estate.Fact("pg:main/counts/public.uncounted", "rows"));
        var rows = estate["pg:main/counts/public.counted"].Facts.Single(fact => fact.Key == "rows");
        Assert.True(rows.Provenance.ObservedAt < before, $"{rows.Provenance.ObservedAt} is not before {before}");
    }

    [Fact]
    public async Task Five_thousand_tables_are_listed_in_seconds_and_one_of_them_is_looked_at_at_once()
    {
        await server.DatabaseAsync(
            "many",
            "create schema a",
            "do $$ begin for i in 1..2500 loop execute format('create table a.t%s (id bigint primary key, note text default ''x'')', i); end loop; end $$",
            "do $$ begin for i in 2501..5000 loop execute format('create table a.t%s (id bigint primary key, other bigint references a.t%s)', i, i - 1); end loop; end $$"
        );
        await using var source = server.Source();
        var listing = Stopwatch.StartNew();

        var estate = await ListedEstate.OfAsync(source);
        listing.Stop();

        Assert.Equal(
            5000,
            estate.Ids.Count(id =>
                id.StartsWith("pg:main/many/a.t", StringComparison.Ordinal)
                && !id.EndsWith("_pkey", StringComparison.Ordinal)
            )
        );
        var looks = await LooksAsync(source, 500);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"listed in {listing.ElapsedMilliseconds} ms; a look takes {looks[looks.Count / 2]:0.00} ms in the middle, {looks[^5]:0.00} ms at the end"
        );
        Assert.True(listing.Elapsed < TimeSpan.FromSeconds(20), $"the listing took {listing.Elapsed}");
    }

    private static async Task<List<double>> LooksAsync(IEstateSource source, int count)
    {
        var times = new List<double>(count);
        for (var at = 0; at < count; at++)
        {
            var started = Stopwatch.GetTimestamp();
            var look = await source.ObserveAsync(
                [new ResourceId($"pg:main/many/a.t{2600 + (at % 4)}")],
                TestContext.Current.CancellationToken
            );
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            Assert.Single(look.Changes);
        }

        times.Sort();
        return times;
    }
}
