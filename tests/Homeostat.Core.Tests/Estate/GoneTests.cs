using Homeostat.Core.Estate;
using Homeostat.Core.Tests.Deciding;
using static Homeostat.Core.Tests.Deciding.SmallEstate;

namespace Homeostat.Core.Tests.Estate;

/// <summary>What a source looked for and did not find is gone, whoever still refers to it.</summary>
public sealed class GoneTests
{
    [Fact]
    public void WhatNeedsItDoesNotWorkAnyMore()
    {
        var model = Model();
        Assert.Equal(1, model.Current!.CapacityOf(new("orders")).Working);
        model.Apply(new EstateBatch([new EstateChange.Remove(new("db"), Seen(TimeSpan.Zero))], IsFullListing: false));
        Assert.Equal(0, model.Current!.CapacityOf(new("orders")).Working);
        Assert.False(model.Current.Contains(new("db")));
        Assert.Null(model.Current.Describe(new("db")));
    }

    [Fact]
    public void ItIsBackWhenItIsSeenAgain()
    {
        var model = Model();
        model.Apply(new EstateBatch([new EstateChange.Remove(new("db"), Seen(TimeSpan.Zero))], IsFullListing: false));
        model.Apply(new EstateBatch([new EstateChange.Upsert(Of("db", "database"), [])], IsFullListing: false));
        Assert.Equal(1, model.Current!.CapacityOf(new("orders")).Working);
    }

    [Fact]
    public void SayingItTwiceIsHarmless()
    {
        var model = Model();
        var gone = new EstateBatch([new EstateChange.Remove(new("db"), Seen(TimeSpan.Zero))], IsFullListing: false);
        model.Apply(gone);
        var once = model.Current;
        Assert.Same(once, model.Apply(gone));
    }

    private static EstateModel Model()
    {
        var model = new EstateModel(ShelfLives.Default);
        model.Apply(
            new EstateBatch(
                [
                    new EstateChange.Upsert(Of("orders", "service", Tier.Zero), [Needs("orders", 1, "db")]),
                    new EstateChange.Upsert(Of("db", "database"), []),
                ],
                IsFullListing: true
            )
        );
        return model;
    }
}
