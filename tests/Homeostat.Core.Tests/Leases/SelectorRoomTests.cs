using Homeostat.Core.Estate;
using Homeostat.Core.Leases;

namespace Homeostat.Core.Tests.Leases;

/// <summary>Whether a selector leaves room for anything whose id begins so.</summary>
public sealed class SelectorRoomTests
{
    [Theory]
    [InlineData("*", true)]
    [InlineData("pg:main/shop/*", true)]
    [InlineData("pg:main/shop/public.notes", true)]
    [InlineData("pg:*/shop/public.notes", true)]
    [InlineData("pg:m?in/sh*notes", true)]
    [InlineData("**/public.?", true)]
    [InlineData("pg:main/shop*", true)]
    [InlineData("pg:main/shop", false)]
    [InlineData("pg:main/shop/", false)]
    [InlineData("pg:main/shops/*", false)]
    [InlineData("pg:main/*/x/shop", true)]
    [InlineData("pg:?/shop/*", false)]
    [InlineData("web-*", false)]
    [InlineData("", false)]
    public void A_pattern_leaves_room_or_does_not(string pattern, bool room) =>
        Assert.Equal(room, new Selector { Ids = [pattern] }.MaySelectUnder("pg:main/shop/"));

    [Fact]
    public void Names_leave_room_by_their_beginning_and_no_ids_leave_none()
    {
        var named = new Selector { Named = new HashSet<ResourceId> { new("pg:main/shop/public.notes") } };

        Assert.True(named.MaySelectUnder("pg:main/shop/"));
        Assert.False(named.MaySelectUnder("pg:main/play/"));
        Assert.False(new Selector { Ids = [] }.MaySelectUnder("pg:main/shop/"));
        Assert.True(Selector.Everything.MaySelectUnder("pg:main/shop/"));
    }
}
