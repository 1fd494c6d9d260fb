using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Ledger.Statements;

namespace Homeostat.Core.Tests.Deciding;

/// <summary>Observing lets pass what harms observed environments only, says what it would have said, and never more than that.</summary>
public sealed class ObserveModeTests
{
    private static readonly ObservedEnvironments Staging = new(["staging"]);

    private static readonly Effect.Stop StopWeb = new(new("web"));

    private static readonly Effect.Destroy EndDisk = new(new("disk"));

    [Fact]
    public async Task A_refusal_in_an_observed_environment_gives_a_permit_that_says_so()
    {
        using var fixture = Fixture(Shop("staging"));
        var lease = fixture.GrantEverything() with { Id = new("logged") };
        await fixture.Registry.GrantAsync(lease, "operator");

        var decision = await fixture.DecideAsync(fixture.Request(lease, StopWeb));

        Assert.Equal((Verdict.Allow, Verdict.Deny), (decision.Verdict, decision.Judgement.WouldBe));
        Assert.NotNull(decision.Permit);
        Assert.Contains(decision.Judgement.Findings, finding => finding.AtMost == Verdict.Deny);
        // What it does may happen: decisions elsewhere must know, but it spends nothing that enforced work could need.
        Assert.Single(fixture.Leases.Futures.All);
        Assert.Equal(0.1, fixture.Leases.Find(lease.Id, lease.Agent, Small.Now).Balance!.Stress);
        var entry = await EntryAsync(fixture);
        Assert.Equal((Verdict.Allow, Verdict.Deny), (entry.Verdict, entry.WouldBe));
        Assert.Equal(entry.Findings.Count, entry.SettledBy.Count);
        var recovered = await fixture.FoldAsync();
        Assert.Single(recovered.Futures.All);
    }

    [Fact]
    public async Task What_would_be_allowed_anyway_binds_and_costs_as_ever()
    {
        using var fixture = Fixture(Small.Estate(Web("staging") with { Tier = Tier.Three }));

        var decision = await fixture.DecideAsync(fixture.Request(fixture.GrantEverything(), StopWeb));

        Assert.Equal((Verdict.Allow, null), (decision.Verdict, decision.Judgement.WouldBe));
        Assert.Null((await EntryAsync(fixture)).WouldBe);
    }

    [Theory]
    [InlineData("production")]
    [InlineData("staging", "production")]
    [InlineData("never-heard-of")]
    [InlineData]
    public async Task Any_other_environment_is_enforced(params string[] environments)
    {
        using var fixture = Fixture(Shop(environments));

        await RefusedAsync(fixture, StopWeb);
    }

    [Fact]
    public async Task What_production_leans_on_is_enforced_wherever_it_says_that_it_stands()
    {
        using var fixture = Fixture(
            Small.Estate(
                Web("staging"),
                Small.Of("service", "middle", Tier.Three, Small.Needs("middle", 1, "web")) with
                {
                    Environments = ["staging"],
                },
                Small.Of("service", "shop", Tier.Zero, Small.Needs("shop", 1, "middle")) with
                {
                    Environments = ["production"],
                }
            )
        );

        await RefusedAsync(fixture, StopWeb);
    }

    [Fact]
    public async Task A_copy_of_productions_data_is_enforced_on_a_staging_disk()
    {
        using var fixture = Fixture(
            Small.Estate(
                Small.Of("database", "db", Tier.Zero, Small.Copy("db", "orders", CopyRole.Primary)) with
                {
                    Environments = ["production"],
                },
                Small.Of("volume", "disk", Tier.Zero, Small.Copy("disk", "orders", CopyRole.Replica)) with
                {
                    Environments = ["staging"],
                }
            )
        );

        await RefusedAsync(fixture, EndDisk);
    }

    [Fact]
    public async Task What_the_model_has_never_seen_is_enforced()
    {
        using var fixture = Fixture(Shop("staging"));
        var request = fixture.Request(fixture.GrantEverything(), new Effect.Destroy(new("nobody-knows")));

        var decision = await fixture.Decider.DecideAsync(request, Token, hasLooked: true);

        Assert.NotEqual(Verdict.Allow, decision.Verdict);
        Assert.Null(decision.Permit);
    }

    [Fact]
    public async Task Who_may_not_ask_is_refused_in_both_modes()
    {
        using var fixture = Fixture(Shop("staging"));
        var lease = fixture.GrantEverything();
        var request = fixture.Request(lease, StopWeb);

        Assert.Null((await fixture.DecideAsync(request with { Agent = new("thief") })).Permit);
        Assert.Null((await fixture.DecideAsync(request with { Lease = new("nothing") })).Permit);
        fixture.Leases.Revoke(lease.Id, Small.Now);
        Assert.Null((await fixture.DecideAsync(request)).Permit);
    }

    [Fact]
    public async Task A_log_that_takes_nothing_refuses_in_both_modes()
    {
        using var fixture = Fixture(Shop("staging"));
        var request = fixture.Request(fixture.GrantEverything(), StopWeb);
        fixture.Log.Dispose();

        var decision = await fixture.DecideAsync(request);

        Assert.Equal((Verdict.Deny, null, null), (decision.Verdict, decision.Permit, decision.Judgement.WouldBe));
        Assert.Empty(fixture.Leases.Futures.All);
    }

    [Fact]
    public async Task Quotas_of_outstanding_permits_hold_in_both_modes()
    {
        using var fixture = Fixture(Shop("staging"));
        var lease = fixture.GrantEverything() with { Id = new("narrow") };
        lease = lease with { Cone = lease.Cone with { Amounts = lease.Cone.Amounts with { Outstanding = 1 } } };
        Assert.Null(fixture.Leases.Grant(lease, Small.Now));

        Assert.NotNull((await fixture.DecideAsync(fixture.Request(lease, StopWeb))).Permit);
        var second = await fixture.DecideAsync(fixture.Request(lease, StopWeb));

        Assert.Equal((Verdict.Deny, null), (second.Verdict, second.Permit));
    }

    [Fact]
    public async Task Another_judge_holds_from_the_next_decision_on()
    {
        using var fixture = Fixture(Shop("staging"));
        fixture.Decider.Use(Judging.Judge);

        await RefusedAsync(fixture, StopWeb);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static DeciderFixture Fixture(EstateSnapshot estate) => new(estate, Small.Now, observed: Staging);

    private static Small Web(params string[] environments) =>
        Small.Of("compute-instance", "web") with
        {
            State = RunState.Running,
            Environments = environments,
        };

    private static EstateSnapshot Shop(params string[] environments) =>
        Small.Estate(
            Web(environments),
            Small.Of("service", "shop", Tier.Zero, Small.Needs("shop", 1, "web")) with
            {
                Environments = environments,
            }
        );

    private static async Task RefusedAsync(DeciderFixture fixture, Effect effect)
    {
        var decision = await fixture.DecideAsync(fixture.Request(fixture.GrantEverything(), effect));
        Assert.NotEqual(Verdict.Allow, decision.Verdict);
        Assert.Null(decision.Permit);
        Assert.Null(decision.Judgement.WouldBe);
    }

    private static async Task<DecisionEntry> EntryAsync(DeciderFixture fixture)
    {
        await foreach (var entry in fixture.Log.ReadAsync(0, Token))
        {
            if (Statement.Parse(entry.Bytes) is var statement && DecisionEntry.IsDecision(statement))
            {
                return DecisionEntry.Read(statement);
            }
        }

        throw new InvalidOperationException("no decision is on the log");
    }
}
