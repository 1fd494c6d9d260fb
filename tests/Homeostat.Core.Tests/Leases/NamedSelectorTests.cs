using Homeostat.Core.Estate;
using Homeostat.Core.Leases;

namespace Homeostat.Core.Tests.Leases;

/// <summary>A selector of named resources selects just these, whatever their ids look like.</summary>
public sealed class NamedSelectorTests
{
    private static readonly Selector Two = Naming("a[\"*\"]", "b");

    [Theory]
    [InlineData("a[\"*\"]", true)]
    [InlineData("b", true)]
    [InlineData("a[\"x\"]", false)]
    [InlineData("c", false)]
    public void A_star_in_an_id_is_a_character(string id, bool isSelected) =>
        Assert.Equal(isSelected, Two.Matches(EstateSnapshot.Empty, new ResourceId(id)));

    [Fact]
    public void No_name_selects_nothing() => Assert.False(Naming().Matches(EstateSnapshot.Empty, new ResourceId("a")));

    [Fact]
    public void Fewer_names_are_within_more_and_within_the_patterns_that_match_them()
    {
        Assert.True(Naming("b").IsWithin(Two));
        Assert.True(Two.IsWithin(new Selector { Ids = ["a*", "b"] }));
        Assert.True(Two.IsWithin(Selector.Everything));
        Assert.False(Two.IsWithin(Naming("b")));
        Assert.False(Two.IsWithin(new Selector { Ids = ["a*"] }));
        Assert.False(Selector.Everything.IsWithin(Two));
        Assert.False(new Selector { Ids = ["b"] }.IsWithin(Two));
    }

    private static Selector Naming(params string[] ids) =>
        new() { Named = ids.Select(id => new ResourceId(id)).ToHashSet() };
}
