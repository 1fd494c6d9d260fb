namespace Homeostat.Cli.Tests.Reviewing;

/// <summary>What a CI step branches on, and what a person reads with it.</summary>
public sealed class VerdictTests
{
    private const string Standby = "aws_db_instance.orders_dr";
    private const string Snapshot = "aws_db_snapshot.orders_manual";
    private const string Address = "aws_eip.old_bastion";

    [Fact]
    public async Task What_nobody_needs_may_go()
    {
        using var folder = new OrdersFolder().Destroying(Address);

        var answer = await folder.ReviewAsync();

        Assert.Equal(0, answer.Code);
        Assert.StartsWith("ALLOW", answer.Output, StringComparison.Ordinal);
        Assert.Empty(answer.Error);
    }

    [Fact]
    public async Task A_plan_without_changes_is_allowed()
    {
        using var folder = new OrdersFolder().Destroying();

        var answer = await folder.ReviewAsync();

        Assert.Equal(0, answer.Code);
        Assert.Contains("it changes nothing", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_ways_back_may_not_go_and_the_rest_is_offered()
    {
        using var folder = new OrdersFolder().Destroying(Standby, Snapshot, Address);

        var answer = await folder.ReviewAsync();

        Assert.Equal(40, answer.Code);
        Assert.Contains("orders (tier 0) would have 0 ways back, from 2", answer.Output, StringComparison.Ordinal);
        Assert.Contains("standby eu-central-1 of orders", answer.Output, StringComparison.Ordinal);
        Assert.Contains($"-target='{Address}'\n", answer.Output, StringComparison.Ordinal);
        Assert.Contains($"-exclude='{Standby}' \\\n", answer.Output, StringComparison.Ordinal);
        Assert.DoesNotContain($"-target='{Snapshot}'", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_budget_pays_but_nobody_can_undo_is_for_critics()
    {
        using var folder = new OrdersFolder().Destroying(Standby);

        var answer = await folder.ReviewAsync("--stress-budget", "2");

        Assert.Equal(20, answer.Code);
        Assert.Contains("stress budget 2.00", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_authors_confidence_buys_nothing()
    {
        using var folder = new OrdersFolder().Destroying(Standby, Snapshot);

        var modest = await folder.ReviewAsync("--confidence", "0");
        var sure = await folder.ReviewAsync("--confidence", "1");

        Assert.Equal(40, modest.Code);
        Assert.Equal(40, sure.Code);
    }

    [Fact]
    public async Task An_old_plan_is_deferred_and_says_what_is_old_and_what_to_do()
    {
        using var folder = new OrdersFolder().Destroying(Standby);

        var answer = await folder.ReviewAtAsync("2026-03-09T12:00:00Z");

        Assert.Equal(30, answer.Code);
        Assert.Contains("the evidence is 7 d old", answer.Output, StringComparison.Ordinal);
        Assert.Contains("what is running: seen 7 d ago, counts for 15 min", answer.Output, StringComparison.Ordinal);
        Assert.Contains("terraform plan -out=tfplan", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_that_does_not_say_when_it_was_made_needs_to_be_told()
    {
        using var folder = new OrdersFolder();
        var plan = OrdersFolder.SamplePlan();
        plan.AsObject().Remove("timestamp");
        await File.WriteAllTextAsync(folder.Plan, plan.ToJsonString(), TestContext.Current.CancellationToken);

        var untold = await folder.ReviewAsync();
        var told = await folder.ReviewAsync("--observed-at", "2026-03-02T12:00:00Z");

        Assert.Equal(30, untold.Code);
        Assert.Contains("--observed-at", untold.Output, StringComparison.Ordinal);
        Assert.Equal(40, told.Code);
    }

    [Fact]
    public async Task Without_an_overlay_the_guesses_are_named_and_the_way_to_replace_them()
    {
        using var folder = new OrdersFolder(withOverlay: false).Destroying("aws_lb.orders");

        var answer = await folder.ReviewAsync();

        Assert.Equal(40, answer.Code);
        Assert.Contains("no homeostat.yaml", answer.Output, StringComparison.Ordinal);
        Assert.Contains("service:aws_lb.orders", answer.Output, StringComparison.Ordinal);
        Assert.Contains("homeostat init", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_critical_and_needed_by_nothing_known_is_named()
    {
        using var folder = new OrdersFolder(withOverlay: false).Destroying("aws_instance.orders_dr_web");

        var answer = await folder.ReviewAsync();

        Assert.Contains("Needed by nothing that the model knows", answer.Output, StringComparison.Ordinal);
        Assert.Contains("  aws_instance.orders_dr_web: who uses it", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_lease_covers_just_the_plan_and_is_stated()
    {
        using var folder = new OrdersFolder().Destroying(Address);

        var answer = await folder.ReviewAsync();

        Assert.Contains(
            "lease     rational, for 1 resource of this plan and what ends with them;\n          destroy; stress budget 0.10",
            answer.Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task No_line_of_prose_is_wider_than_the_page_and_nothing_is_coloured()
    {
        using var folder = new OrdersFolder().Destroying(Standby, Snapshot, Address, "aws_subnet.private[0]");

        var answer = await folder.ReviewAsync();

        Assert.DoesNotContain('\u001b', answer.Output);
        var wide = answer
            .Output.Split('\n')
            .Where(line => line.Length > 80 && !line.Contains("='", StringComparison.Ordinal));
        Assert.Empty(wide);
        Assert.DoesNotContain(answer.Output.Split('\n'), line => line.EndsWith(' '));
    }
}
