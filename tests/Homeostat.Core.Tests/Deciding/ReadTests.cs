using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Ledger.Statements;

namespace Homeostat.Core.Tests.Deciding;

/// <summary>Reads that are permitted at once and written down behind.</summary>
public sealed class ReadTests
{
    private static readonly DateTimeOffset Now = OrdersEstate.Now;

    [Fact]
    public async Task Permitted_reads_stand_together_in_one_entry_with_their_number_and_payloads()
    {
        using var fixture = new DeciderFixture(new OrdersEstate().Build(), Now);
        var lease = fixture.GrantEverything();
        for (var i = 1; i <= 100; i++)
        {
            var read = fixture.Decider.DecideRead(Look(fixture, lease) with { PayloadHash = $"{i:x64}" });
            Assert.Equal((Verdict.Allow, (long)i, null), (read.Verdict, read.Permit!.Place, read.Permit.Receipt));
        }

        Assert.Equal(0, fixture.Log.Size);
        await fixture.Reads.DisposeAsync();

        var entry = Assert.Single(await EntriesAsync(fixture));
        var payload = RecordMap.Decode(Statement.Parse(entry).Payload);
        Assert.Equal(100, payload.Number("count"));
        var row = Assert.Single(payload.Maps("rows"));
        Assert.Equal(("lease-of-agent", 100), (row.Text("lease"), row.Number("count")));
        Assert.Equal(["db-a"], row.Texts("first"));
        Assert.Empty(fixture.Leases.Outstanding());
    }

    [Fact]
    public async Task A_read_waits_no_longer_than_its_limit()
    {
        using var fixture = new DeciderFixture(new OrdersEstate().Build(), Now);
        var lease = fixture.GrantEverything();
        Assert.NotNull(fixture.Decider.DecideRead(Look(fixture, lease)).Permit);

        for (var patience = 0; fixture.Log.Size == 0 && patience < 500; patience++)
        {
            fixture.Clock.Advance(Limits.ReadsWait);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, fixture.Log.Size);
        await fixture.Reads.DisposeAsync();
    }

    [Fact]
    public async Task What_changes_something_is_never_written_down_behind()
    {
        using var fixture = new DeciderFixture(new OrdersEstate().Build(), Now);
        var lease = fixture.GrantEverything();

        var stop = fixture.Decider.DecideRead(fixture.Request(lease, new Effect.Stop(new("web-1"))));
        var nothing = fixture.Decider.DecideRead(fixture.Request(lease));

        Assert.Equal((Verdict.Deny, null), (stop.Verdict, stop.Permit));
        Assert.Equal((Verdict.Deny, null), (nothing.Verdict, nothing.Permit));
        await fixture.Reads.DisposeAsync();
        Assert.Equal(0, fixture.Log.Size);
    }

    [Fact]
    public async Task A_revoked_lease_reads_nothing_more()
    {
        using var fixture = new DeciderFixture(new OrdersEstate().Build(), Now);
        var lease = fixture.GrantEverything();
        LeaseId? told = null;
        fixture.Leases.OnRevoked = id => told = id;
        fixture.Leases.Revoke(lease.Id, Now);

        var read = fixture.Decider.DecideRead(Look(fixture, lease));

        Assert.Equal((Verdict.Deny, null), (read.Verdict, read.Permit));
        Assert.Equal(lease.Id, told);
        await fixture.Reads.DisposeAsync();
    }

    [Fact]
    public async Task A_log_that_takes_nothing_permits_no_read_once_it_has_shown()
    {
        using var fixture = new DeciderFixture(new OrdersEstate().Build(), Now);
        var lease = fixture.GrantEverything();
        fixture.Log.Dispose();
        Assert.NotNull(fixture.Decider.DecideRead(Look(fixture, lease)).Permit);

        Decision read;
        var patience = 0;
        do
        {
            fixture.Clock.Advance(Limits.ReadsWait);
            await Task.Delay(10, TestContext.Current.CancellationToken);
            read = fixture.Decider.DecideRead(Look(fixture, lease));
        } while (read.Permit is not null && ++patience < 500);

        Assert.Equal((Verdict.Deny, null), (read.Verdict, read.Permit));
        Assert.Equal(Decider.LedgerTest, Assert.Single(read.Judgement.Findings).Test);
        await fixture.Reads.DisposeAsync();
    }

    [Fact]
    public async Task More_reads_than_may_wait_are_refused()
    {
        using var fixture = new DeciderFixture(new OrdersEstate().Build(), Now);
        var lease = fixture.GrantEverything();
        var request = Look(fixture, lease);
        for (var i = 0; i < Limits.MaxWaitingReads; i++)
        {
            Assert.True(fixture.Reads.TryAdd(request, Now) > 0);
        }

        var read = fixture.Decider.DecideRead(request);

        Assert.Equal((Verdict.Deny, null), (read.Verdict, read.Permit));
        await fixture.Reads.DisposeAsync();
    }

    [Fact]
    public async Task A_lease_that_use_renews_gets_an_entry_of_its_own_when_it_has_run_for_a_while()
    {
        using var fixture = new DeciderFixture(new OrdersEstate().Build(), Now);
        var lease = fixture.GrantEverything("other") with
        {
            Id = new LeaseId("renewed"),
            IssuedAt = Now,
            ExpiresAt = Now + TimeSpan.FromMinutes(15),
            Renewal = TimeSpan.FromMinutes(15),
        };
        Assert.Null(fixture.Leases.Grant(lease, Now));
        Assert.NotNull(fixture.Decider.DecideRead(Look(fixture, lease)).Permit);

        fixture.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Null(fixture.Decider.DecideRead(Look(fixture, lease)).Permit);
        var renewing = await fixture.Decider.DecideLookingAsync(Look(fixture, lease));

        Assert.Equal(Verdict.Allow, renewing.Verdict);
        Assert.NotNull(fixture.Decider.DecideRead(Look(fixture, lease)).Permit);
        await fixture.Reads.DisposeAsync();
        Assert.Equal(
            Now + TimeSpan.FromMinutes(20),
            fixture.Leases.Status(lease.Id, fixture.Clock.GetUtcNow())!.ExpiresAt
        );
    }

    [Theory]
    [InlineData(10, new long[] { 10 }, Verdict.Allow)]
    [InlineData(10, new long[] { 11 }, Verdict.Deny)]
    [InlineData(10, new long[] { 6, 5 }, Verdict.Deny)]
    [InlineData(10, new long[] { -1 }, Verdict.Deny)]
    [InlineData(5_000_000, new long[] { 1_000_000 }, Verdict.Allow)]
    [InlineData(5_000_000, new long[] { 1_000_001 }, Verdict.Deny)]
    [InlineData(0, new long[] { 1 }, Verdict.Deny)]
    public async Task A_cone_lends_so_many_rows_at_once_at_any_tier(long lent, long[] lost, Verdict verdict)
    {
        using var fixture = new DeciderFixture(new OrdersEstate().Build(), Now);
        var wide = fixture.GrantEverything("other");
        var lease = wide with
        {
            Id = new LeaseId("rows"),
            Cone = wide.Cone with { Amounts = wide.Cone.Amounts with { Rows = lent, Irreversible = 0 } },
        };
        Assert.Null(fixture.Leases.Grant(lease, Now));

        var decision = await fixture.DecideAsync(
            fixture.Request(
                lease,
                [
                    .. lost.Select(rows => new Effect.LoseData(
                        new("db-a"),
                        new("orders-data"),
                        new Extent(rows < 0 ? null : rows)
                    )),
                ]
            )
        );

        Assert.Equal(verdict, decision.Verdict);
    }

    private static ActionRequest Look(DeciderFixture fixture, Lease lease) =>
        fixture.Request(lease, new Effect.Read(new("db-a"), "rows"));

    private static async Task<List<ReadOnlyMemory<byte>>> EntriesAsync(DeciderFixture fixture)
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        await foreach (var entry in fixture.Log.ReadAsync(0, TestContext.Current.CancellationToken))
        {
            entries.Add(entry.Bytes);
        }

        return entries;
    }
}
