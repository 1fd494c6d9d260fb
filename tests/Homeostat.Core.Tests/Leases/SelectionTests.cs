using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Tests.Deciding;
using static Homeostat.Core.Tests.Deciding.SmallEstate;

namespace Homeostat.Core.Tests.Leases;

/// <summary>A request that selects nothing names nothing; a prohibition reaches whatever it may mean.</summary>
public sealed class SelectionTests
{
    [Fact]
    public void AnAbsentSelectorSelectsNothing() => Assert.Empty(Selection.Of(null, Fleet()));

    [Fact]
    public void AnEmptySelectorSelectsNothing()
    {
        Assert.Empty(Selection.Of(new Selector(), Fleet()));
        Assert.Empty(Selection.Of(Selector.Everything, Fleet()));
        Assert.Empty(Selection.Of(new Selector { Labels = new Dictionary<string, string>() }, Fleet()));
    }

    [Fact]
    public void AListWithoutEntriesSelectsNothing()
    {
        Assert.Empty(Selection.Of(new Selector { Ids = [] }, Fleet()));
        Assert.Empty(Selection.Of(new Selector { Kinds = ["host"], Ids = [] }, Fleet()));
    }

    [Fact]
    public void WhatIsStatedSelectsWhatMatches() =>
        Assert.Equal(["a", "b"], Selection.Of(new Selector { Kinds = ["host"] }, Fleet()).Select(id => id.Value));

    [Theory]
    [InlineData("both", true)] // serves production too
    [InlineData("nobody-knows", true)]
    [InlineData("unheard-of", true)]
    [InlineData("development-only", false)]
    public void AFreezeOfProductionReachesWhateverMayServeIt(string id, bool reached) =>
        Assert.Equal(reached, new Selector { Environments = ["production"] }.MayTouch(Fleet(), new(id)));

    private static EstateSnapshot Fleet() =>
        new SmallEstate()
            .Add(Of("a", "host"))
            .Add(Of("b", "host"))
            .Add(Of("both", "database") with { Environments = ["development", "production"] })
            .Add(Of("development-only", "database") with { Environments = ["development"] })
            .Add(Of("nobody-knows", "database") with { Environments = [] })
            .Build();
}
