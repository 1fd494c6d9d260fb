using Homeostat.Gateways.Postgres.Sessions;

namespace Homeostat.Gateways.Tests.Postgres.Sessions;

public sealed class NameTableTests
{
    private readonly NameTable<string> _names = new();

    [Fact]
    public void What_failed_leaves_what_was_before_it()
    {
        _names.Put("x"u8, "first", 0).Standing = Standing.Done;
        var second = _names.Put("x"u8, "second", 1);
        var third = _names.Put("x"u8, "third", 1);

        third.Standing = Standing.Failed;
        Assert.Equal("second", _names.Find("x"u8)?.Value);
        second.Standing = Standing.Failed;

        Assert.Equal("first", _names.Find("x"u8)?.Value);
    }

    [Fact]
    public void A_name_that_was_given_up_stands_for_nothing_once_the_server_has_said_so()
    {
        _names.Put("x"u8, "first", 0).Standing = Standing.Done;
        var closed = _names.Put("x"u8, null, 1);
        Assert.Equal(Standing.Pending, _names.Find("x"u8)?.Standing);

        closed.Standing = Standing.Done;

        Assert.Null(_names.Find("x"u8));
        Assert.Equal(0, _names.Count);
    }

    [Fact]
    public void Names_are_told_apart_by_as_many_bytes_as_the_server_does()
    {
        var stem = Enumerable.Repeat((byte)'n', 63).ToArray();
        _names.Put([.. stem, (byte)'a'], "first", 0).Standing = Standing.Done;

        Assert.Equal("first", _names.Find([.. stem, (byte)'b'])?.Value);
        Assert.Null(_names.Find(stem.AsSpan(1)));
    }
}
