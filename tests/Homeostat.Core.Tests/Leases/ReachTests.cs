using CsCheck;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Core.Tests.Deciding;
using Homeostat.Core.Tests.Simulation;

namespace Homeostat.Core.Tests.Leases;

/// <summary>A permit that changes nothing for anybody else holds nobody up, and is a permit like any other.</summary>
public sealed class ReachTests
{
    private static readonly DateTimeOffset Now = Small.Now;
    private static readonly ResourceId Table = new("orders");

    private static readonly Effect SomeRows = new Effect.LoseData(Table, new AssetId("orders"), new Extent(5));
    private static readonly Effect AllRows = new Effect.LoseData(Table, new AssetId("orders"), Extent.Everything);
    private static readonly Effect Fact = new Effect.Change(Table, "rows", FactValue.Of("more"), ChangeImpact.Harmless);

    private readonly MemoryLeaseBook _book = new();
    private readonly Lease _lease;
    private int _permits;

    public ReachTests()
    {
        _lease = new Lease
        {
            Id = new("lease"),
            Agent = new("agent"),
            Purpose = "test",
            IssuedAt = Now,
            ExpiresAt = Now.AddHours(1),
            Cone = new LightCone
            {
                Operations = Operations.Change | Operations.LoseData,
                Amounts = new Amounts
                {
                    Stress = 1,
                    Outstanding = 9,
                    PerMinute = 99,
                },
            },
        };
        Assert.Null(_book.Grant(_lease, Now));
    }

    [Fact]
    public void WhatTakesKnownRowsOvertakesNobodyAndIsOutUntilItIsSettled()
    {
        var judged = _book.Futures;
        var permit = Reserved(judged.Version, SomeRows);
        Assert.Same(judged, _book.Futures);
        Assert.Equal(1, _book.Status(_lease.Id, Now)!.Outstanding);
        Assert.NotNull(_book.FindPermit(permit));

        var active = Reserved(judged.Version, AllRows);
        Assert.Equal([active], _book.Futures.All.Select(future => future.Permit));
        Assert.Equal(Reservation.Overtaken, Reserve(judged.Version, ignoresFacts: false, SomeRows));

        _book.Settle(permit);
        Assert.Equal(1, _book.Status(_lease.Id, Now)!.Outstanding);
    }

    [Fact]
    public void WhatChangesFactsOvertakesOnlyWhereSomebodyMustAgree()
    {
        var judged = _book.Futures;
        Reserved(judged.Version, Fact);

        Assert.Equal(Reservation.Overtaken, Reserve(judged.Version, ignoresFacts: false, AllRows));
        Assert.Equal(Reservation.Reserved, Reserve(judged.ActiveVersion, ignoresFacts: true, AllRows));
        Assert.Equal(Reservation.Overtaken, Reserve(judged.ActiveVersion, ignoresFacts: true, Fact));
        Assert.Equal(2, _book.Futures.All.Count);
    }

    [Fact]
    public void WhatIsSettledTogetherEndsTogether()
    {
        PermitId[] permits =
        [
            Reserved(_book.Futures.Version, Fact),
            Reserved(_book.Futures.Version, AllRows),
            Reserved(_book.Futures.Version, SomeRows),
            Reserved(_book.Futures.Version, AllRows),
        ];
        var before = _book.Futures.Version;

        _book.Apply(new LeaseEvent.SettledTogether(permits[..3], Now));

        Assert.Equal([permits[3]], _book.Futures.All.Select(future => future.Permit));
        Assert.Equal(before + 1, _book.Futures.Version);
        Assert.Equal(1, _book.Status(_lease.Id, Now)!.Outstanding);
    }

    /// <summary>Nothing falls, ends or is lost in the world that such a future leaves, whatever it names.</summary>
    [Fact]
    public void WhatReachesNobodyLeavesEveryWorldAsItIs() =>
        Gen.Int[1, 1_000_000]
            .Sample(
                seed =>
                {
                    var estate = new RandomEstate(seed, new EstateShape(60, CriticalShare: 0.5)).Build();
                    var (world, unknowns) = (new WorldState(), new UnknownSet());
                    var runner = new EffectRunner(world, unknowns);
                    world.Start(estate);
                    world.MarkInaction();
                    runner.RunFuture(EffectsOnAll(estate), RandomEstate.Now);
                    for (var at = 0; at < world.Nodes.Count; at++)
                    {
                        var state = world.Nodes.At(at);
                        Assert.Equal(
                            (state.Before, state.AliveBefore, state.StoppedBefore),
                            (state.Working, state.Alive, state.Stopped)
                        );
                        Assert.Equal(state.CapacityBefore, state.Capacity);
                    }

                    Assert.Equal((0, 0, 0), (world.Groups.Count, world.Copies.Count, world.NewlyDisabled().Length));
                    Assert.Equal(0, unknowns.Count);
                },
                iter: 50,
                threads: 2
            );

    private static Effect[] EffectsOnAll(EstateSnapshot estate)
    {
        var assets = Enumerable
            .Range(0, estate.Tables.Copies.Length)
            .Select(at => estate.AssetIdOf(estate.Copy(at).Asset));
        var effects = Enumerable
            .Range(0, estate.Count)
            .Select(estate.IdOf)
            .SelectMany(id =>
                assets
                    .Select(asset => (Effect)new Effect.LoseData(id, asset, new Extent(3)))
                    .Append(new Effect.Read(id, "public"))
            )
            .ToArray();
        Assert.Equal(Reach.Nothing, Effect.ReachOf(effects));
        return effects;
    }

    private PermitId Reserved(long version, Effect effect)
    {
        Assert.Equal(Reservation.Reserved, Reserve(version, ignoresFacts: false, effect));
        return new PermitId($"p{_permits}");
    }

    private Reservation Reserve(long version, bool ignoresFacts, Effect effect)
    {
        var future = new CommittedFuture(new PermitId($"p{++_permits}"), [effect], Now);
        var asked = new ReservationRequest(_lease.Id, new Cost(0, 0), future, version) { IgnoresFacts = ignoresFacts };
        return _book.Reserve(asked, Now, out _);
    }
}
