using Homeostat.Core.Actions;
using Homeostat.Core.Critics;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Core.Tests.Deciding;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;

namespace Homeostat.Core.Tests.Leases;

/// <summary>No permit that is not on the ledger in full, and none behind a revocation.</summary>
public sealed class DurablePermitTests
{
    private static readonly DateTimeOffset Now = OrdersEstate.Now;

    [Fact]
    public async Task A_log_that_takes_nothing_gives_no_permit_and_keeps_no_reservation()
    {
        using var fixture = new DeciderFixture(new OrdersEstate().Build(), Now);
        var lease = fixture.GrantEverything();
        var before = fixture.Leases.Status(lease.Id, Now)!;
        fixture.Log.Dispose();

        var decision = await fixture.DecideAsync(fixture.Request(lease, new Effect.Stop(new("web-1"))));

        Assert.Equal(Verdict.Deny, decision.Verdict);
        Assert.Equal(Decider.LedgerTest, Assert.Single(decision.Judgement.Findings).Test);
        Assert.Null(decision.Permit);
        Assert.Empty(fixture.Leases.Outstanding());
        Assert.Equal(before with { ThisMinuteLeft = before.ThisMinuteLeft - 1 }, fixture.Leases.Status(lease.Id, Now));
    }

    [Fact]
    public async Task A_permit_that_needs_several_entries_stands_in_them_in_full()
    {
        using var fixture = new DeciderFixture(Instances(900, ""), Now);
        var lease = Everything(fixture);
        Assert.Null((await fixture.Registry.GrantAsync(lease, "test")).Refusal);
        Effect[] effects = [.. fixture.Estate.Resources.Select(id => new Effect.Stop(id))];

        var decision = await fixture.DecideAsync(fixture.Request(lease, effects));

        Assert.Equal(Verdict.Allow, decision.Verdict);
        Assert.True(decision.Receipt!.Index > 2, "one entry has held what does not fit into one");
        var folded = Assert.Single((await fixture.FoldAsync()).Outstanding());
        Assert.Equal(effects, folded.Terms.Effects);
        Assert.True(folded.IsFor(effects));
    }

    [Fact]
    public async Task What_does_not_fit_into_one_append_is_refused_and_the_refusal_is_written_down()
    {
        using var fixture = new DeciderFixture(Instances(2_000, new string('x', 1_500)), Now);
        var lease = fixture.GrantEverything();
        Effect[] effects = [.. fixture.Estate.Resources.Select(id => new Effect.Stop(id))];

        var decision = await fixture.DecideAsync(fixture.Request(lease, effects));

        Assert.Equal(Verdict.Deny, decision.Verdict);
        Assert.Null(decision.Permit);
        Assert.NotNull(decision.Receipt);
        var finding = Assert.Single(decision.Judgement.Findings);
        Assert.Contains("more than the log takes at once", finding.Reason, StringComparison.Ordinal);
        Assert.Equal("do fewer at a time", finding.Remedy);
        Assert.Empty(fixture.Leases.Futures.All);

        var few = await fixture.DecideAsync(fixture.Request(lease, effects[..100]));
        Assert.Equal(Verdict.Allow, few.Verdict);
    }

    [Fact]
    public async Task A_lease_that_is_revoked_while_the_entry_is_on_its_way_gives_no_permit()
    {
        using var folder = new DeciderFixture(new OrdersEstate().Build(), Now);
        using var key = SigningKey.Generate("test.example/log");
        using var where = new Folder();
        using var log = LedgerLog.Open(where.Path, "test.example/log", key, folder.Clock);
        var book = new RevokingBook();
        var lease = folder.GrantEverything();
        var writer = new DecisionLog(log, "test");
        using (var registry = new LeaseRegistry(book.Inner, writer, folder.Clock))
        {
            Assert.Null((await registry.GrantAsync(lease, "test")).Refusal);
        }

        var decider = new Decider(
            new DeciderParts
            {
                Judge = new Judge(StressTable.Default, CriticPanel.Default),
                Leases = book,
                Estate = () => folder.Estate,
                Log = writer,
                Clock = folder.Clock,
                NextPermit = () => new PermitId("p"),
            }
        );
        var request = folder.Request(lease, new Effect.Stop(new("web-1")));
        var decision = await decider.DecideAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(Verdict.Deny, decision.Verdict);
        Assert.Null(decision.Permit);
        Assert.Contains("revoked", decision.Judgement.Findings[0].Reason, StringComparison.Ordinal);
        Assert.Empty(book.Inner.Outstanding());

        var folded = new MemoryLeaseBook();
        await LeaseRecovery.FoldAsync(log, key.PublicKey.ToArray(), folded, 0, TestContext.Current.CancellationToken);
        Assert.Empty(folded.Outstanding());
    }

    [Fact]
    public async Task Anothers_statement_changes_no_balance()
    {
        using var own = SigningKey.Generate("test.example/log");
        using var agent = SigningKey.Generate("agent");
        using var where = new Folder();
        var options = new LedgerOptions();
        options.Signers.Admit(agent.PublicKey);
        using (var log = LedgerLog.Open(where.Path, "test.example/log", own, TimeProvider.System, options))
        {
            var grant = LeaseEventRecord.Encode(new LeaseEvent.Granted(LeaseRecordTests.Full, Now), "operator");
            var header = new StatementHeader("homeostat", "a", LeaseEventRecord.ContentType);
            await log.AppendAsync(Statement.Sign(agent, header, grant), TestContext.Current.CancellationToken);

            var book = new MemoryLeaseBook();
            var next = await LeaseRecovery.FoldAsync(
                log,
                own.PublicKey.ToArray(),
                book,
                0,
                TestContext.Current.CancellationToken
            );

            Assert.Equal(1, next);
            Assert.Empty(book.List(Now));
        }
    }

    [Fact]
    public async Task Looking_leaves_no_future_behind_and_still_counts()
    {
        using var fixture = new DeciderFixture(new OrdersEstate().Build(), Now);
        var lease = fixture.GrantEverything();

        var decision = await fixture.DecideAsync(fixture.Request(lease, new Effect.Read(new("web-1"), "public")));

        Assert.Equal(Verdict.Allow, decision.Verdict);
        Assert.Empty(fixture.Leases.Outstanding());
        Assert.Empty(fixture.Leases.Futures.All);
        Assert.Equal(lease.Cone.Amounts.PerMinute - 1, fixture.Leases.Status(lease.Id, Now)!.ThisMinuteLeft);
    }

    [Fact]
    public void The_clock_may_not_go_back_behind_the_ledger()
    {
        var book = new MemoryLeaseBook();
        book.Apply(new LeaseEvent.Granted(LeaseRecordTests.Full with { Parent = null }, Now));

        var found = book.Find(LeaseRecordTests.Full.Id, LeaseRecordTests.Full.Agent, Now - TimeSpan.FromHours(1));

        Assert.Contains("the clock went back", found.Refusal, StringComparison.Ordinal);
    }

    /// <summary>As the fixture's, and not yet in the book.</summary>
    private static Lease Everything(DeciderFixture fixture) =>
        fixture.GrantEverything("template") with
        {
            Id = new LeaseId("lease"),
        };

    private static EstateSnapshot Instances(int count, string suffix)
    {
        var builder = new EstateBuilder(ShelfLives.Default);
        for (var i = 0; i < count; i++)
        {
            var instance = new Resource
            {
                Id = new($"instance-with-a-rather-long-name-{i:d4}{suffix}"),
                Kind = new("compute-instance"),
                Tier = Tier.Three,
                State = RunState.Running,
                Existence = new Provenance("test", Now),
            };
            builder.Add(new EstateChange.Upsert(instance, []));
        }

        return builder.Build();
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("homeostat-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }

    /// <summary>A book whose lease is revoked between the append and the answer.</summary>
    private sealed class RevokingBook : ILeaseBook
    {
        public MemoryLeaseBook Inner { get; } = new();

        public CommittedFutures Futures => Inner.Futures;

        public string? Grant(Lease lease, DateTimeOffset now) => Inner.Grant(lease, now);

        public LeaseLookup Find(LeaseId id, AgentId agent, DateTimeOffset now) => Inner.Find(id, agent, now);

        public Reservation Reserve(ReservationRequest request, DateTimeOffset now, out LeaseEvent.Reserved? reserved) =>
            Inner.Reserve(request, now, out reserved);

        public string? Confirm(LeaseEvent.Reserved durable)
        {
            Inner.Revoke(durable.Lease, Now);
            return Inner.Confirm(durable);
        }

        public void Release(PermitId permit) => Inner.Release(permit);

        public void Settle(PermitId permit) => Inner.Settle(permit);

        public LeaseEvent.Revoked Revoke(LeaseId id, DateTimeOffset now) => Inner.Revoke(id, now);
    }
}
