using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Core.Tests.Deciding;

namespace Homeostat.Core.Tests.Leases;

/// <summary>
/// What an auditor is told when somebody who holds the signing key writes what the service would not have done. Each
/// forgery is the honest entry with one thing changed, so nothing else can have given it away.
/// </summary>
public sealed class LeaseAuditTests : IDisposable
{
    private static readonly DateTimeOffset Now = OrdersEstate.Now;

    private readonly DeciderFixture _fixture = new(new OrdersEstate().Build(), Now);
    private readonly Lease _parent;
    private readonly Lease _child;
    private readonly List<long> _forged = [];

    public LeaseAuditTests()
    {
        _parent = Root("parent", stress: 0.2);
        _child = _parent with { Id = new("child"), Parent = _parent.Id, Cone = Cone(stress: 0.1) };
    }

    [Fact]
    public async Task An_honest_life_is_clean_and_every_permit_is_somewhere()
    {
        await GrantAsync();
        var first = await PermitAsync(_child, "web-1");
        Assert.NotNull(await _fixture.Registry.SettleAsync(new Settlement(first, "done", [], []), "test"));
        await PermitAsync(_parent, "web-2");
        await _fixture.Registry.RevokeAsync(_child.Id, "test");

        var (problems, account) = await _fixture.AuditAsync();

        Assert.Empty(problems);
        Assert.Equal(new PermitAccount(2, 2, 1, 0, 1, Now), account);
    }

    [Fact]
    public async Task A_permit_after_a_revocation_is_named()
    {
        await GrantAsync();
        await _fixture.Registry.RevokeAsync(_parent.Id, "test");

        await FoundAsync(await ForgeAsync(Terms(_child, at: Now.AddSeconds(1))), "lease parent was revoked");
    }

    [Fact]
    public async Task A_permit_that_is_dated_back_before_the_revocation_is_named()
    {
        await GrantAsync();
        _fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        await _fixture.Registry.RevokeAsync(_parent.Id, "test");

        await FoundAsync(
            await ForgeAsync(Terms(_child, at: Now)),
            "permit forged stands behind the revocation of lease child"
        );
    }

    [Fact]
    public async Task A_permit_after_the_end_of_its_lease_is_named()
    {
        await GrantAsync();

        await FoundAsync(await ForgeAsync(Terms(_child, at: Now.AddHours(3))), "lease child expired");
    }

    [Fact]
    public async Task A_reservation_over_the_budget_is_named()
    {
        await GrantAsync();

        await FoundAsync(
            await ForgeAsync(Terms(_child, stress: 150_000_000)),
            "lease child has spent more stress than its budget has grown to"
        );
    }

    [Fact]
    public async Task More_effects_without_a_way_back_than_were_lent_are_named()
    {
        await GrantAsync();

        await FoundAsync(
            await ForgeAsync(Terms(_child, irreversible: 3)),
            "lease parent has 3 effects without a way back, of 2"
        );
    }

    [Fact]
    public async Task A_permit_that_spares_the_lease_above_is_named()
    {
        await GrantAsync();
        var terms = Terms(_child);

        await FoundAsync(
            await ForgeAsync(terms with { Debits = [terms.Debits[0]] }),
            "does not debit its lease and every lease above it alike"
        );
        await FoundAsync(
            await ForgeAsync(
                terms with
                {
                    Permit = new("another"),
                    Debits = [terms.Debits[0], terms.Debits[1] with { Stress = 0 }],
                }
            ),
            "does not debit its lease and every lease above it alike"
        );
    }

    [Fact]
    public async Task A_renewal_beyond_the_parent_is_named()
    {
        await GrantAsync();
        var terms = Terms(_child);

        await FoundAsync(
            await ForgeAsync(
                terms with
                {
                    Debits = [terms.Debits[0] with { ExpiresAt = Now.AddDays(3) }, terms.Debits[1]],
                }
            ),
            "does not debit its lease and every lease above it alike"
        );
    }

    [Fact]
    public async Task A_child_that_is_wider_than_its_parent_is_named()
    {
        await GrantAsync();
        var wide = _child with { Id = new("wide"), Cone = Cone(stress: 0.3) };

        await FoundAsync(
            await ForgeAsync(new LeaseEvent.Granted(wide, Now)),
            "the cone reaches beyond that of parent: amounts"
        );
    }

    [Fact]
    public async Task A_lease_that_outlives_its_parent_is_named()
    {
        await GrantAsync();
        var longer = _child with { Id = new("longer"), ExpiresAt = _parent.ExpiresAt.AddMinutes(1) };

        await FoundAsync(await ForgeAsync(new LeaseEvent.Granted(longer, Now)), "no lease outlives its parent");
    }

    [Fact]
    public async Task A_permit_that_is_settled_twice_is_named()
    {
        await GrantAsync();
        var permit = await PermitAsync(_child, "web-1");
        await _fixture.Registry.SettleAsync(new Settlement(permit, "done", [], []), "test");

        await FoundAsync(
            await ForgeAsync(new LeaseEvent.Settled(permit, Now)),
            $"permit {permit} is settled and is not out"
        );
        await FoundAsync(
            await ForgeAsync(new LeaseEvent.Released(permit, Now)),
            $"permit {permit} is taken back and is not out"
        );
    }

    [Fact]
    public async Task A_permit_that_is_settled_together_with_others_is_settled_once()
    {
        await GrantAsync();
        var first = await PermitAsync(_child, "web-1");
        var second = await PermitAsync(_parent, "web-1");
        Settlement[] both = [new(first, "done", [], []), new(second, "failed", [], [])];
        Assert.Equal([first, second], await _fixture.Registry.SettleManyAsync(both, "test"));
        Assert.Empty(await _fixture.Registry.SettleManyAsync(both, "test"));
        Assert.Equal((2, 0), await SettledAsync());

        var (_, again) = Assert.Single(SettlementRecord.EncodeTogether([both[0]], Now, "test"));
        await FoundAsync(
            await _fixture.ForgeAsync("permits", SettlementRecord.ContentType, again),
            $"permit {first} is settled and is not out"
        );
    }

    [Fact]
    public void What_does_not_fit_into_one_entry_is_settled_in_several()
    {
        const int permits = 3_000;
        var rows = Enumerable
            .Range(0, permits)
            .Select(number => new Settlement(
                new PermitId($"{number:x32}"),
                number % 2 == 0 ? "done" : "failed",
                [],
                []
            ));

        var entries = SettlementRecord.EncodeTogether([.. rows], Now, "test").ToList();

        Assert.All(entries, entry => Assert.InRange(entry.Payload.Length, 1, Homeostat.Ledger.Limits.PayloadBytes));
        Assert.Equal(permits, entries.SelectMany(entry => entry.Permits).Distinct().Count());
        Assert.InRange(entries.Count, 2, 12);
    }

    private async Task<(int Settled, int Outstanding)> SettledAsync()
    {
        var (problems, account) = await _fixture.AuditAsync();
        Assert.Empty(problems);
        return (account.Settled, account.Outstanding);
    }

    [Fact]
    public async Task A_permit_under_a_lease_that_nobody_granted_is_named()
    {
        await GrantAsync();

        await FoundAsync(await ForgeAsync(Terms(_child) with { Lease = new("nobody") }), "there is no lease nobody");
    }

    [Fact]
    public async Task A_decision_that_says_another_charge_or_agent_than_it_takes_is_named()
    {
        await GrantAsync();
        var judgement = (await DecideAsync(_child, "web-1")).Judgement;

        await FoundAsync(await ForgeAsync(Terms(_child, stress: 0), judgement), "it takes less from its lease");
        await FoundAsync(
            await ForgeAsync(Terms(_child, "third"), agent: "mallory"),
            "lease child was lent to another agent than mallory"
        );
    }

    [Fact]
    public async Task A_permit_that_says_it_is_of_a_review_does_not_get_around_the_leases()
    {
        await GrantAsync();

        await FoundAsync(
            await ForgeAsync(Terms(_child), kind: DecisionKind.Review),
            "a permit of a review, which counts against no lease, in a log of leases"
        );
    }

    public void Dispose() => _fixture.Dispose();

    private static Lease Root(string id, double stress) =>
        new()
        {
            Id = new(id),
            Agent = new("agent"),
            Cone = Cone(stress),
            Purpose = "test",
            IssuedAt = Now.AddHours(-1),
            ExpiresAt = Now.AddHours(1),
        };

    private static LightCone Cone(double stress) =>
        new()
        {
            Operations = Operations.Stop | Operations.Basic,
            Amounts = new Amounts
            {
                Resources = 10,
                Stress = stress,
                Irreversible = 2,
            },
            Manner = Manner.Reversible,
        };

    private async Task GrantAsync()
    {
        Assert.Null((await _fixture.Registry.GrantAsync(_parent, "test")).Refusal);
        Assert.Null((await _fixture.Registry.GrantAsync(_child, "test")).Refusal);
    }

    private Task<Decision> DecideAsync(Lease lease, string id) =>
        _fixture.DecideAsync(_fixture.Request(lease, new Effect.Stop(new(id))));

    private async Task<PermitId> PermitAsync(Lease lease, string id)
    {
        var decision = await DecideAsync(lease, id);
        return decision.Permit?.Id ?? throw new InvalidOperationException(decision.Judgement.Findings[0].Reason);
    }

    /// <summary>What the service itself would write for a permit of this lease, now or then.</summary>
    private LeaseEvent.Reserved Terms(
        Lease lease,
        string permit = "forged",
        long stress = 50_000_000,
        int irreversible = 0,
        DateTimeOffset? at = null
    )
    {
        LeaseDebit Debit(Lease of) => new(of.Id, stress, irreversible, of.ExpiresAt);
        return new(
            new(permit),
            lease.Id,
            new("request"),
            [new Effect.Stop(new("web-1"))],
            [Debit(lease), Debit(_parent)],
            at ?? Now
        );
    }

    private Task<long> ForgeAsync(LeaseEvent change) =>
        _fixture.ForgeAsync("agent", LeaseEventRecord.ContentType, LeaseEventRecord.Encode(change, "operator"));

    private Task<long> ForgeAsync(
        LeaseEvent.Reserved terms,
        Judgement? judgement = null,
        string agent = "agent",
        DecisionKind kind = DecisionKind.Live
    )
    {
        var request = _fixture.Request(_child, [.. terms.Effects]) with { Agent = new(agent) };
        var record = DecisionRecord.Encode(
            request,
            judgement ?? new Judgement(Verdict.Allow, []),
            terms,
            terms.At,
            kind: kind
        );
        return _fixture.ForgeAsync(agent, DecisionRecord.ContentType, record);
    }

    /// <summary>This is wrong with the log, that entry shows it, and no other entry is said to be wrong.</summary>
    private async Task FoundAsync(long entry, string problem)
    {
        var (problems, _) = await _fixture.AuditAsync();
        Assert.Contains(problems, row => row.Entry == entry && row.Problem.Contains(problem, StringComparison.Ordinal));
        Assert.All(problems, row => Assert.Contains(row.Entry, _forged.Append(entry)));
        _forged.Add(entry);
    }
}
