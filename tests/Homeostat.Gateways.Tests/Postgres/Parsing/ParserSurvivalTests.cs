using System.Text;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Tests.Postgres.Parsing;

/// <summary>Whatever fits into a message is answered or refused; the process goes on.</summary>
public sealed class ParserSurvivalTests : IDisposable
{
    private readonly ParserPool _pool = new(TimeProvider.System);

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData("select 1", "+1", "")]
    [InlineData("select ", "(", "1")]
    [InlineData("select ", "(select ", "1")]
    [InlineData("select * from ", "(select * from ", "t")]
    [InlineData("select ", "not ", "true")]
    [InlineData("select ", "- ", "1")]
    [InlineData("select 1", "::a", "")]
    [InlineData("select a", "[1]", "")]
    [InlineData("select a", ".a", "")]
    [InlineData("select 1 ", "union select 1 ", "")]
    [InlineData("select 1", " isnull", "")]
    [InlineData("select 1", " or 1", "")]
    [InlineData("select * from a", " natural join b", "")]
    [InlineData("select ", "f(", "")]
    [InlineData("select ", "case when ", "1")]
    [InlineData("select ", "array[", "")]
    [InlineData("", "explain ", "select 1")]
    [InlineData("", "with x as (", "select 1")]
    [InlineData("", "prepare a as ", "select 1")]
    [InlineData("select 1", ";select 1", "")]
    [InlineData("select 1", ",1", "")]
    [InlineData("select '", "''", "'")]
    [InlineData("", "/*", "")]
    [InlineData("", "$", "")]
    [InlineData("", ";", "")]
    [InlineData("select a", "!a", "")]
    [InlineData("select $1", "+$1", "")]
    [InlineData("insert into t values ", "(1),", "(1)")]
    public async Task A_text_of_the_largest_size_is_answered_or_refused(string start, string repeated, string end)
    {
        var room = Limits.MaxStatementBytes - start.Length - end.Length;
        var text = start + string.Concat(Enumerable.Repeat(repeated, room / repeated.Length)) + end;

        var parsed = await _pool.ParseAsync(text, TestContext.Current.CancellationToken);

        Assert.True(parsed.Refusal is null != (parsed.Statements.Count == 0) || repeated is ";" or "/*");
        Assert.NotEqual(RefusalKind.Internal, parsed.Refusal?.Kind);
        var after = await _pool.ParseAsync("select 1", TestContext.Current.CancellationToken);
        Assert.Single(after.Statements);
    }

    [Theory]
    [InlineData("select 1", "+1", "")]
    [InlineData("select ", "(", "")]
    [InlineData("select ", "-", "1")]
    [InlineData("select ", "not ", "true")]
    [InlineData("select 1", "::int", "")]
    [InlineData("", "select(", "")]
    [InlineData("select ", "case when ", "true")]
    public void A_text_that_is_parsed_on_the_calling_thread_fits_a_small_stack(
        string start,
        string repeated,
        string end
    )
    {
        var room = Limits.MaxInlineParseBytes - start.Length - end.Length;
        var text = start + string.Concat(Enumerable.Repeat(repeated, room / repeated.Length)) + end;
        ParsedText? parsed = null;
        var thread = new Thread(() => parsed = SqlParser.Parse(System.Text.Encoding.UTF8.GetBytes(text)), 512 << 10);

        thread.Start();
        thread.Join();

        Assert.NotNull(parsed);
    }

    [Fact]
    public async Task A_sum_nested_two_hundred_thousand_deep_is_read()
    {
        var text = "select 1" + string.Concat(Enumerable.Repeat("+1", 200_000));

        var parsed = await _pool.ParseAsync(text, TestContext.Current.CancellationToken);

        Assert.Null(parsed.Refusal);
        var depth = 0;
        for (var node = parsed.Statements[0].Root.Nodes("targetList")[0].Node("val"); node is not null; depth++)
        {
            node = node.Node("lexpr");
        }

        Assert.Equal(200_001, depth);
    }

    [Fact]
    public async Task A_byte_more_than_the_largest_size_is_refused()
    {
        var parsed = await _pool.ParseAsync(
            "select 1" + new string(' ', Limits.MaxStatementBytes - 7),
            TestContext.Current.CancellationToken
        );

        Assert.Equal(RefusalKind.TooLarge, parsed.Refusal?.Kind);
    }

    [Theory]
    [InlineData("select 1\0; drop table t")]
    [InlineData("\0")]
    public async Task A_NUL_is_refused(string text)
    {
        var parsed = await _pool.ParseAsync(text, TestContext.Current.CancellationToken);

        Assert.Equal(RefusalKind.Encoding, parsed.Refusal?.Kind);
    }

    [Theory]
    [InlineData(new byte[] { 0x73, 0xC0, 0xA7 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xFF })]
    public async Task What_is_not_UTF8_is_refused(byte[] text)
    {
        var parsed = await _pool.ParseAsync(text, TestContext.Current.CancellationToken);

        Assert.Equal(RefusalKind.Encoding, parsed.Refusal?.Kind);
        var half = await _pool.ParseAsync("select '\ud800'", TestContext.Current.CancellationToken);
        Assert.Equal(RefusalKind.Encoding, half.Refusal?.Kind);
    }

    [Fact]
    public async Task Statements_are_split_where_the_grammar_splits_them()
    {
        var parsed = await _pool.ParseAsync(
            "select ';' as \"ä;\" /* ; /* ; */ */; create rule r as on insert to t do (delete from a; delete from b);; commit -- ;",
            TestContext.Current.CancellationToken
        );

        Assert.Equal(
            [
                "select ';' as \"ä;\" /* ; /* ; */ */",
                "create rule r as on insert to t do (delete from a; delete from b)",
                "commit -- ;",
            ],
            parsed.Statements.Select(statement => statement.Text)
        );
    }

    [Theory]
    [InlineData("delete from notes\u00a0")]
    [InlineData("delete from notes\u0085;")]
    public async Task A_space_that_the_grammar_takes_for_part_of_a_name_stays_in_the_text(string text)
    {
        var parsed = await _pool.ParseAsync(text, TestContext.Current.CancellationToken);

        Assert.All(parsed.Statements, statement => Assert.Equal(text.TrimEnd(';'), statement.Text));
    }

    [Fact]
    public async Task A_syntax_error_names_its_place()
    {
        var parsed = await _pool.ParseAsync("select fro m t", TestContext.Current.CancellationToken);

        Assert.Equal(RefusalKind.Syntax, parsed.Refusal?.Kind);
        Assert.Equal(14, parsed.Refusal?.Position);
    }

    [Fact]
    public async Task A_parse_that_hangs_is_refused_and_others_go_on()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        using var stuck = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var calls = 0;
        using var pool = new ParserPool(
            time,
            1,
            text =>
            {
                if (Interlocked.Increment(ref calls) == 1)
                {
                    begun.Set();
                    stuck.Wait();
                }

                return ParsedText.Refused(RefusalKind.Syntax, Encoding.UTF8.GetString(text.Span));
            }
        );

        var hanging = pool.ParseAsync("one", TestContext.Current.CancellationToken);
        begun.Wait(TestContext.Current.CancellationToken);
        time.Advance(Limits.MaxParseTime + TimeSpan.FromSeconds(1));
        var first = await hanging;
        var second = await pool.ParseAsync("two", TestContext.Current.CancellationToken);
        stuck.Set();

        Assert.Equal(RefusalKind.TooLarge, first.Refusal?.Kind);
        Assert.Equal("two", second.Refusal?.Reason);
    }

    [Fact]
    public async Task A_parser_that_fails_gives_a_refusal()
    {
        using var pool = new ParserPool(TimeProvider.System, 1, _ => throw new InvalidOperationException());

        var parsed = await pool.ParseAsync("select 1", TestContext.Current.CancellationToken);

        Assert.Equal(RefusalKind.Internal, parsed.Refusal?.Kind);
        Assert.Empty(parsed.Statements);
    }
}
