using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Postgres.Sessions;
using Homeostat.Gateways.Postgres.Translating;
using Homeostat.Gateways.Tests.Postgres.Server;
using Homeostat.Gateways.Tests.Postgres.Translating;

namespace Homeostat.Gateways.Tests.Postgres.Sessions;

/// <summary>A text that was never seen is known by another one, where nothing but numbers differs and no number can matter.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ShapedPlanTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    private static readonly SearchPath Path = SearchPath.Parse("public", "agent");

    [Theory]
    [InlineData("select name from customers where id = {0}")]
    [InlineData("select name from customers where id in ({0}, 17) and name = 'x' limit 0;")]
    [InlineData("select  id+{0} , (select max(id) from orders limit 5) from customers c1 order by 1")]
    [InlineData("update orders set total = total + 5 where id = {0}")]
    [InlineData("update orders set total = 7 where customer = {0}")]
    [InlineData("update orders set total = total + -{0} where id = {0}")]
    [InlineData("insert into customers (id, name) values (-{0}, 'x')")]
    [InlineData("select id-{0}, -{0}-{0} from customers")]
    [InlineData("delete from orders where id = {0} and total > 3")]
    [InlineData("insert into customers (id, name) values ({0}, $1), (2, 'x')")]
    [InlineData("select total::numeric(10,2) from orders where id={0}")]
    [InlineData("select * from big_orders where id between {0} and 1000 for update")]
    public void Another_number_is_the_same_statement(string text)
    {
        var book = BookWith(Format(text, 12));

        foreach (var number in (int[])[0, 7, 999_999_999])
        {
            var other = Format(text, number);
            var known = book.Find(Encoding.UTF8.GetBytes(other));

            Assert.NotNull(known);
            Assert.Equal(Plan(other).Translation.Effects, known.Translation.Effects);
            Assert.Equal(Plan(other).Translation.Command, known.Translation.Command);
            Assert.Equal(Hash(other), known.PayloadHash);
        }
    }

    [Theory]
    [InlineData("select name from customers where id = 12", "select name from customers where id = -12")]
    [InlineData("select name from customers where id = -12", "select name from customers where id = 12")]
    [InlineData("select name from customers where id = - 12", "select name from customers where id = - 13")]
    [InlineData("select name from customers where id = 12", "select name from customers where id = 12.5")]
    [InlineData("select name from customers where id = 12", "select name from customers where id = 12e3")]
    [InlineData("select name from customers where id = 12", "select name from customers where id = 1234567890")]
    [InlineData("select name from customers where id = 12", "select name from customers where id = '12'")]
    [InlineData("select name from customers where id = 12", "select name from customers where id = 12 ")]
    [InlineData("select name from customers where id = 12", "select name from customers where id = $12")]
    [InlineData("select name from customers where id = 12", "select name from customers where id = 12or")]
    [InlineData("select c1.id from customers c1", "select c2.id from customers c1")]
    [InlineData("select 1::float(24) from customers", "select 1::float(25) from customers")]
    [InlineData("select '12' from customers", "select '13' from customers")]
    [InlineData("select 'a 12 b' from customers", "select 'a 13 b' from customers")]
    [InlineData("select $a$ 12 $a$ from customers", "select $a$ 13 $a$ from customers")]
    [InlineData("select 1 /* 12 */ from customers", "select 1 /* 13 */ from customers")]
    [InlineData("""select e'\101' from customers""", """select e'\102' from customers""")]
    [InlineData("select opaque() + 1", "select opaque() + 2")]
    [InlineData("select set_config('work_mem', 'a', 1 = 1)", "select set_config('work_mem', 'a', 1 = 2)")]
    [InlineData("set work_mem = 12", "set work_mem = 13")]
    [InlineData(
        "explain (analyze 0) delete from orders where id = 1",
        "explain (analyze 1) delete from orders where id = 1"
    )]
    [InlineData("select - -5 from customers", "select - -6 from customers")]
    [InlineData("select 1--5\n+2 from customers", "select 1--6\n+2 from customers")]
    [InlineData("select 5 /-- 5\n 6 from customers", "select 5 /-- 7\n 6 from customers")]
    [InlineData("select u&'!0041' uescape '!', 5", "select u&'!0042' uescape '!', 5")]
    [InlineData("delete from orders where id = 1", "delete from orders where 1 = 1")]
    [InlineData("delete from orders where id = 1", "delete from orders where id = 1 or 1 = 0")]
    [InlineData("select 1::int[3] from customers", "select 1::int[4] from customers")]
    [InlineData("select pg_terminate_backend(5)", "select pg_terminate_backend(7)")]
    [InlineData(
        "select pg_advisory_lock(1), pg_advisory_lock(id) from orders",
        "select pg_advisory_lock(2), pg_advisory_lock(id) from orders"
    )]
    [InlineData("select set_config('work_mem', 5::text, false)", "select set_config('work_mem', 6::text, false)")]
    [InlineData("truncate orders", "truncate lines")]
    [InlineData("create table t1 (id int default 12)", "create table t1 (id int default 13)")]
    [InlineData("execute p(12)", "execute p(13)")]
    [InlineData("declare c cursor for select 12", "declare c cursor for select 13")]
    [InlineData("copy (select 12) to stdout", "copy (select 13) to stdout")]
    [InlineData("select * from missing where id = 12", "select * from missing where id = 13")]
    public void What_differs_in_more_or_may_do_more_is_read_anew(string text, string other) =>
        Assert.Null(BookWith(text).Find(Encoding.UTF8.GetBytes(other)));

    [Fact]
    public void A_constant_without_its_number_says_nothing_of_it()
    {
        Assert.SkipWhen(PostgresServer.WhyNot is not null, PostgresServer.WhyNot ?? "");
        var text = "select 12, 'x'"u8;

        Assert.NotNull(SqlParser.ParseWithout(text, []));
        var without = SqlParser.ParseWithout(text, [7]);
        Assert.Null(without!.Root.Nodes("targetList")[0].Node("val")!.Literal());
        Assert.Equal("x", without.Root.Nodes("targetList")[1].Node("val")!.Literal());
        Assert.Null(SqlParser.ParseWithout(text, [8]));
        Assert.Null(SqlParser.ParseWithout(text, [7, 11]));
        Assert.Null(SqlParser.ParseWithout("select -12"u8, [8])!.Root.Nodes("targetList")[0].Node("val")!.Literal());
        Assert.Null(SqlParser.ParseWithout("select 1-12"u8, [8]));
    }

    private static string Format(string text, int number) => string.Format(CultureInfo.InvariantCulture, text, number);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private PlanBook BookWith(string text)
    {
        Assert.SkipWhen(PostgresServer.WhyNot is not null, PostgresServer.WhyNot ?? "");
        var book = new PlanBook(shop.Catalogue, Path, "agent");
        var bytes = Encoding.UTF8.GetBytes(text);
        book.KeepShape(
            bytes,
            Plan(text),
            numbers => SqlParser.ParseWithout(bytes, numbers) is { } statement ? Plan(statement, bytes) : null
        );
        return book;
    }

    private Plan Plan(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Plan(Assert.Single(SqlParser.Parse(bytes).Statements), bytes);
    }

    private Plan Plan(SqlStatement statement, byte[] text) =>
        new(Translator.Translate(statement, shop.Catalogue, new SessionContext { Path = Path, Role = "agent" }), text);

    private Translator Translator => field ??= new(new PostgresNames("main", "shop"), shop.Parser, []);
}
