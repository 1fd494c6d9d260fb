using System.Text.Json.Nodes;
using Homeostat.Cli.Tests.Reviewing;
using Homeostat.Cli.Tests.Running;

namespace Homeostat.Cli.Tests.Exploring;

/// <summary>Looking at the model.</summary>
public sealed class EstateCommandTests
{
    private static readonly string Plan = OrdersFolder.Sample("plan.json");

    [Fact]
    public async Task Show_lists_the_most_critical_first_and_chooses_by_kind_and_tier()
    {
        var all = await CommandLine.RunAsync("estate", "show", Plan);
        var databases = await CommandLine.RunAsync("estate", "show", Plan, "--kind", "database", "--tier", "0");

        Assert.True(
            all.Output.IndexOf("orders", StringComparison.Ordinal)
                < all.Output.IndexOf("aws_eip.old_bastion", StringComparison.Ordinal)
        );
        Assert.Contains("aws_db_instance.orders\n", databases.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("aws_lb.orders", databases.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kind_that_is_not_here_gets_the_list_of_those_that_are()
    {
        var answer = await CommandLine.RunAsync("estate", "show", Plan, "--kind", "databse");

        Assert.Equal(65, answer.Code);
        Assert.Contains("did you mean database?", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_says_why_a_thing_is_critical_and_how_old_that_knowledge_is()
    {
        var subnet = await CommandLine.RunAsync(
            "estate",
            "explain",
            "aws_subnet.private[0]",
            Plan,
            "--now",
            OrdersFolder.Now
        );
        var database = await CommandLine.RunAsync(
            "estate",
            "explain",
            "aws_db_instance.orders",
            Plan,
            "--now",
            OrdersFolder.Now
        );

        Assert.Contains("0 (because of orders: aws_subnet.private[0] →", subnet.Output, StringComparison.Ordinal);
        Assert.Contains("exists      seen 10 min ago (terraform:plan.json)", subnet.Output, StringComparison.Ordinal);
        Assert.Contains("3 copies in all", database.Output, StringComparison.Ordinal);
        Assert.Contains("restore tested 20 d ago", database.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_says_when_knowledge_is_too_old()
    {
        var answer = await CommandLine.RunAsync(
            "estate",
            "explain",
            "aws_instance.web[0]",
            Plan,
            "--now",
            "2026-03-09T12:00:00Z"
        );

        Assert.Contains(
            "seen 7 d ago (terraform:plan.json), too old to count",
            answer.Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Explain_names_the_nearest_where_it_knows_no_such_thing()
    {
        var answer = await CommandLine.RunAsync("estate", "explain", "aws_lb.order", Plan);

        Assert.Equal(65, answer.Code);
        Assert.Contains("aws_lb.orders", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Coverage_counts_pairs_and_names_what_cannot_be_followed()
    {
        using var folder = new OrdersFolder(withOverlay: false);
        await File.WriteAllTextAsync(
            folder.Plan,
            (await File.ReadAllTextAsync(Plan, TestContext.Current.CancellationToken)).Replace(
                "aws_cloudwatch_log_group",
                "acme_widget",
                StringComparison.Ordinal
            ),
            TestContext.Current.CancellationToken
        );

        var answer = await CommandLine.RunAsync("estate", "coverage", folder.Plan);

        Assert.Contains(
            "1 resource of a kind that the model cannot follow at",
            answer.Output,
            StringComparison.Ordinal
        );
        Assert.Matches(@"terraform:acme_widget +all of them", answer.Output);
    }

    [Fact]
    public async Task Diff_tells_what_came_went_and_changed()
    {
        using var folder = new OrdersFolder();
        var later = OrdersFolder.SamplePlan();
        var resources = later["prior_state"]!["values"]!["root_module"]!["resources"]!.AsArray();
        resources.RemoveAll(IsBastion);
        later["resource_changes"]!.AsArray().RemoveAll(IsBastion);
        var web = resources.First(resource => resource!["address"]!.GetValue<string>() == "aws_instance.web[0]")!;
        web["values"]!["instance_state"] = "stopped";
        await File.WriteAllTextAsync(folder.Plan, later.ToJsonString(), TestContext.Current.CancellationToken);
        File.Delete(folder.PathOf("homeostat.yaml"));
        File.Copy(Plan, folder.PathOf("before.json"));

        var same = await CommandLine.RunAsync("estate", "diff", Plan, Plan);
        var answer = await CommandLine.RunAsync("estate", "diff", folder.PathOf("before.json"), folder.Plan);

        Assert.Contains("the same estate", same.Output, StringComparison.Ordinal);
        Assert.Contains("- aws_eip.old_bastion", answer.Output, StringComparison.Ordinal);
        Assert.Contains("state: running → stopped", answer.Output, StringComparison.Ordinal);
    }

    private static bool IsBastion(JsonNode? record) => record!["address"]!.GetValue<string>() == "aws_eip.old_bastion";

    [Fact]
    public async Task Without_files_it_says_what_to_give()
    {
        var answer = await CommandLine.RunAsync("estate", "show");

        Assert.Equal(65, answer.Code);
        Assert.Contains("*.tfstate", answer.Error, StringComparison.Ordinal);
    }
}
