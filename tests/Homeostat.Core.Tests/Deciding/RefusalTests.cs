using Homeostat.Core.Actions;
using Homeostat.Core.Critics;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Core.Tests.Leases;
using Homeostat.Core.Tests.Simulation;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Homeostat.Core.Tests.Deciding;

/// <summary>Whatever goes wrong, nobody gets a permit from it.</summary>
public sealed class RefusalTests
{
    private static readonly EstateSnapshot Estate = Small.Estate(
        Small.Of("compute-instance", "a", Tier.Three) with
        {
            State = RunState.Running,
        }
    );

    private static readonly Effect.Stop StopA = new(new("a"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>No receipt, no permit; what was reserved for it is free again, and with room on the disk it goes on.</summary>
    [Fact]
    public async Task AFullDiskDeniesAndReservesNothing()
    {
        var folder = Directory.CreateTempSubdirectory("homeostat-");
        using var key = SigningKey.Generate("test.example/log");
        var disk = new FullDisk(folder.FullName);
        using (var log = LedgerLog.Open(disk, "test.example/log", key, new LedgerOptions()))
        {
            var (leases, lease) = (new MemoryLeaseBook(), Judging.Lease());
            leases.Grant(lease, Small.Now);
            var decider = DeciderOver(new DecisionLog(log, "test.example"), leases);

            disk.IsFull = true;
            var refused = await decider.DecideAsync(Judging.Request(null, StopA), Token);
            Assert.Equal((Verdict.Deny, null, null), (refused.Verdict, refused.Permit, refused.Receipt));
            Assert.Contains("no space left", Assert.Single(refused.Judgement.Findings).Reason);
            Assert.Empty(leases.Futures.All);
            var balance = leases.Find(lease.Id, lease.Agent, Small.Now).Balance!;
            Assert.Equal((0.1, 10_000), (balance.Stress, balance.Outstanding));

            disk.IsFull = false;
            Assert.NotNull((await decider.DecideAsync(Judging.Request(null, StopA), Token)).Permit);
            Assert.Equal(1, log.Size);
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task AClosedLogDenies()
    {
        using var fixture = new DeciderFixture(Estate, Small.Now);
        var lease = fixture.GrantEverything();
        fixture.Log.Dispose();
        var decision = await fixture.DecideAsync(fixture.Request(lease, StopA));
        Assert.Equal((Verdict.Deny, null), (decision.Verdict, decision.Permit));
        Assert.Empty(fixture.Leases.Futures.All);
    }

    private static Decider DeciderOver(DecisionLog log, ILeaseBook leases) =>
        new(
            new DeciderParts
            {
                Judge = new Judge(StressTable.Default, CriticPanel.Default),
                Leases = leases,
                Estate = () => Estate,
                Log = log,
                Clock = new FakeTimeProvider(Small.Now),
                NextPermit = () => new PermitId($"permit-{leases.Futures.Version}"),
            }
        );

    [Fact]
    public async Task LeasesThatEndedOrBelongToOthersAreRefusedOnTheRecord()
    {
        using var fixture = new DeciderFixture(Estate, Small.Now);
        var lease = fixture.GrantEverything();
        var request = fixture.Request(lease, StopA);
        await AssertDenied(request with { Agent = new("thief") }, "another agent");
        await AssertDenied(request with { Lease = new("nothing") }, "no lease");
        fixture.Leases.Revoke(lease.Id);
        await AssertDenied(request, "revoked");
        fixture.Clock.Advance(TimeSpan.FromHours(2));
        await AssertDenied(request, "lease");
        fixture.Clock.AdjustTime(Small.Now);
        await AssertDenied(request, "clock went back");
        Assert.Equal(5, fixture.Log.Size);

        async Task AssertDenied(ActionRequest refused, string reason)
        {
            var decision = await fixture.DecideAsync(refused);
            Assert.Equal((Verdict.Deny, null), (decision.Verdict, decision.Permit));
            Assert.Contains(reason, decision.Judgement.Findings[0].Reason);
            Assert.NotNull(decision.Receipt);
        }
    }

    [Fact]
    public async Task WithoutAnEstateNothingIsPermitted()
    {
        using var fixture = new DeciderFixture(EstateSnapshot.Empty, Small.Now);
        fixture.Estate = null!;
        var decision = await fixture.DecideAsync(fixture.Request(fixture.GrantEverything(), StopA));
        Assert.Equal((Verdict.Deny, Decider.EstateTest), (decision.Verdict, decision.Judgement.Findings[0].Test));
    }

    /// <summary>Ids of any length in any script never make a decision too large to be recorded.</summary>
    [Fact]
    public async Task EveryRefusalFitsIntoItsRecord()
    {
        using var fixture = new DeciderFixture(Estate, Small.Now);
        var lease = fixture.GrantEverything();
        Effect[] effects =
        [
            .. Enumerable.Range(0, 60).Select(at => new Effect.Destroy(new($"{at}{new string('長', 2000)}"))),
            new Effect.Destroy(new("\ud800 alone")),
        ];
        var decision = await fixture.DecideAsync(
            fixture.Request(lease, effects) with
            {
                Operation = new string('é', 5000),
                PayloadHash = string.Concat(Enumerable.Repeat("😀", 500)),
            }
        );
        Assert.Equal(Verdict.Defer, decision.Verdict);
        Assert.NotNull(decision.Receipt);
    }

    [Fact]
    public void MoreThanTheLimitIsNotJudgedAtAll()
    {
        Effect[] effects = [.. Enumerable.Range(0, Limits.MaxEffects + 1).Select(at => new Effect.Stop(new($"r{at}")))];
        Assert.Equal(Judge.RequestTest, Judging.Review(Estate, effects).Findings[0].Test);
        Assert.Null(Judging.Review(Estate, effects).File);
        Assert.NotNull(Judging.Review(Estate, effects[1..]).File);
    }
}
