using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Core.Tests.Deciding;

namespace Homeostat.Core.Tests.Leases;

public sealed class LeaseTests
{
    private static readonly DateTimeOffset Now = Small.Now;

    private readonly MemoryLeaseBook _book = new();

    public static TheoryData<string, LightCone> Wider =>
        new()
        {
            { "operations", Base with { Operations = Operations.Stop | Operations.Destroy } },
            { "where", Base with { Where = Selector.Everything } },
            {
                "where",
                Base with
                {
                    Where = new Selector { Ids = ["web-*"], Environments = ["test"] },
                }
            },
            { "not before", Base with { NotBefore = Now.AddHours(-2) } },
            { "windows", Base with { Windows = null } },
            { "freezes", Base with { Freezes = [] } },
            { "amounts", Base with { Amounts = Base.Amounts with { Resources = 6 } } },
            { "amounts", Base with { Amounts = Base.Amounts with { Rows = 6 } } },
            { "amounts", Base with { Amounts = Base.Amounts with { Stress = 0.2 } } },
            { "amounts", Base with { Amounts = Base.Amounts with { Irreversible = 6 } } },
            { "amounts", Base with { Amounts = Base.Amounts with { PerMinute = 61 } } },
            { "amounts", Base with { Amounts = Base.Amounts with { Outstanding = 17 } } },
            { "manner", Base with { Manner = Manner.Quarantine } },
        };

    private static LightCone Base =>
        new()
        {
            Operations = Operations.Stop,
            Where = new Selector { Ids = ["web-1", "db-*"], Environments = ["test"] },
            NotBefore = Now.AddHours(-1),
            Windows = [new Window([Now.DayOfWeek], new TimeOnly(8, 0), new TimeOnly(18, 0))],
            Freezes = [new Freeze("release", Now.AddDays(1), Now.AddDays(2), "release week")],
            Amounts = new Amounts
            {
                Resources = 5,
                Rows = 5,
                Irreversible = 5,
            },
            Manner = Manner.Reversible,
        };

    [Theory]
    [MemberData(nameof(Wider))]
    public void AChildThatReachesFurtherIsRefusedByDimension(string dimension, LightCone cone)
    {
        Assert.Null(_book.Grant(Lease("root", Base), Now));
        var refusal = _book.Grant(Lease("child", cone) with { Parent = new("root") }, Now);
        Assert.Contains(dimension, refusal);
        Assert.Null(_book.Find(new("child"), new("agent"), Now).Balance);
    }

    /// <summary>The same terms said with other lists, as they come from a message that was read twice.</summary>
    [Fact]
    public void TheSameTermsAgainAreTheSameGrant()
    {
        Assert.Null(_book.Grant(Lease("root", Base), Now));
        Assert.Null(_book.Grant(Lease("root", Base), Now));
        Assert.Null(_book.Grant(Lease("child", Base) with { Parent = new("root") }, Now));
        Assert.Contains("other terms", _book.Grant(Lease("root", Base) with { Purpose = "more" }, Now));
    }

    [Fact]
    public void NoLeaseIsPermanentAndNoneOutlivesItsParent()
    {
        Assert.Contains(
            "permanent",
            _book.Grant(Lease("root", Base) with { ExpiresAt = DateTimeOffset.MaxValue }, Now)
        );
        Assert.Null(_book.Grant(Lease("root", Base), Now));
        var longer = Lease("child", Base) with { Parent = new("root"), ExpiresAt = Now.AddHours(2) };
        Assert.Contains("outlives", _book.Grant(longer, Now));
        Assert.Contains("expired", _book.Find(new("root"), new("agent"), Now.AddHours(1)).Refusal);
    }

    [Fact]
    public void ALineageHasAnEnd()
    {
        Assert.Null(_book.Grant(Lease("l0", Base), Now));
        string? refusal = null;
        var granted = 0;
        for (; refusal is null && granted < 1000; granted++)
        {
            refusal = _book.Grant(Lease($"l{granted + 1}", Base) with { Parent = new($"l{granted}") }, Now);
        }

        Assert.Equal(Limits.MaxLineage, granted);
    }

    [Fact]
    public void ARootGrowsFromHalfItsBudgetToAllOfIt()
    {
        _book.Grant(Lease("root", Base) with { IssuedAt = Now }, Now);
        double At(int minutes) => _book.Find(new("root"), new("agent"), Now.AddMinutes(minutes)).Balance!.Stress;
        Assert.Equal([0.05, 0.075, 0.1, 0.1], new[] { 0, 5, 10, 20 }.Select(At));
    }

    /// <summary>0.3 pays three times 0.1, and giving back leaves nothing behind.</summary>
    [Fact]
    public void BudgetsAddUpExactly()
    {
        var cone = Base with { Amounts = Base.Amounts with { Stress = 0.3 } };
        _book.Grant(Lease("root", cone), Now);
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(at => Reserve($"p{at}", 0.1)));
        _book.Release(new("p0"));
        Assert.True(Reserve("p4", 0.1));
        Assert.False(Reserve("p5", 0.000001));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(double.NaN, 0)]
    [InlineData(0, -1)]
    public void ACostThatGivesIsRefused(double stress, int irreversible)
    {
        _book.Grant(Lease("root", Base), Now);
        var future = new CommittedFuture(new("p"), [], Now);
        var answer = _book.Reserve(new("root"), new Cost(stress, irreversible), future, 0, Now);
        Assert.Equal(Reservation.Refused, answer);
        Assert.Empty(_book.Futures.All);
    }

    /// <summary>Stepping back over a minute's boundary gives no new minute; further back nothing is decided at all.</summary>
    [Fact]
    public void AClockThatGoesBackGivesNothing()
    {
        var cone = Base with { Amounts = Base.Amounts with { PerMinute = 1 } };
        _book.Grant(Lease("root", cone), Now);
        Assert.True(Reserve("p0", 0));
        Assert.False(Reserve("p1", 0, Now.AddSeconds(-1)));
        Assert.Contains("went back", _book.Find(new("root"), new("agent"), Now.AddSeconds(-3)).Refusal);
        Assert.Contains("went back", _book.Grant(Lease("late", Base), Now.AddSeconds(-3)));
        Assert.False(Reserve("p2", 0, Now.AddSeconds(-3)));
        Assert.True(Reserve("p3", 0, Now.AddMinutes(1)));
    }

    [Fact]
    public void RevokingEndsTheSubtreeAtOnce()
    {
        _book.Grant(Lease("root", Base), Now);
        _book.Grant(Lease("child", Base) with { Parent = new("root") }, Now);
        _book.Grant(Lease("grandchild", Base) with { Parent = new("child") }, Now);
        _book.Revoke(new("child"));
        Assert.Contains("revoked", _book.Find(new("grandchild"), new("agent"), Now).Refusal);
        Assert.Contains("revoked", _book.Grant(Lease("late", Base) with { Parent = new("grandchild") }, Now));
        Assert.NotNull(_book.Find(new("root"), new("agent"), Now).Balance);
    }

    [Fact]
    public void AnotherAgentsLeaseIsRefusedWithoutNamingItsOwner()
    {
        _book.Grant(Lease("root", Base) with { Agent = new("owner-7") }, Now);
        var refusal = _book.Find(new("root"), new("thief"), Now).Refusal;
        Assert.Contains("another agent", refusal);
        Assert.DoesNotContain("owner-7", refusal);
    }

    /// <summary>An empty list selects nothing, never everything.</summary>
    [Fact]
    public void AnEmptySelectorSelectsNothing()
    {
        var estate = Small.Estate(Small.Of("service", "web") with { Environments = ["test"] });
        Selector[] empty =
        [
            new() { Ids = [] },
            new() { Kinds = [] },
            new() { Environments = [] },
            new() { Providers = [] },
            new() { Accounts = [] },
            new() { Regions = [] },
            new() { Owners = [] },
            new() { Anchors = [] },
        ];
        Assert.All(empty, selector => Assert.False(selector.Matches(estate, new("web"))));
        Assert.True(Selector.Everything.Matches(estate, new("web")));
    }

    private bool Reserve(string permit, double stress, DateTimeOffset? now = null) =>
        _book.Reserve(
            new("root"),
            new Cost(stress, 0),
            new CommittedFuture(new(permit), [], Now),
            _book.Futures.Version,
            now ?? Now
        ) == Reservation.Reserved;

    private static Lease Lease(string id, LightCone cone) =>
        new()
        {
            Id = new(id),
            Agent = new("agent"),
            Cone = cone,
            Purpose = "test",
            IssuedAt = Now.AddHours(-1),
            ExpiresAt = Now.AddHours(1),
        };
}
