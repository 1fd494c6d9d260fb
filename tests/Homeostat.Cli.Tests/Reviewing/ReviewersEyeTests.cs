using System.Text.Json.Nodes;
using Homeostat.Cli.Reviewing;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;

namespace Homeostat.Cli.Tests.Reviewing;

/// <summary>What a reviewer must see in whichever format, and what is offered instead.</summary>
public sealed class ReviewersEyeTests
{
    [Fact]
    public async Task What_the_table_says_of_an_allowed_or_refused_change_stands_in_every_format()
    {
        using var folder = Opening();

        var json = JsonNode.Parse((await folder.ReviewAsync("--format", "json")).Output)!;
        var comment = (await folder.ReviewAsync("--format", "markdown")).Output;
        var sarif = JsonNode.Parse((await folder.ReviewAsync("--format", "sarif")).Output)!;

        Assert.NotEmpty(json["exposed"]!.AsArray());
        Assert.NotEmpty(json["coverage"]!["unwrittenChanges"]!.AsArray());
        Assert.Contains("**Opened to others:**", comment, StringComparison.Ordinal);
        Assert.Contains("meaning nobody wrote down", comment, StringComparison.Ordinal);
        Assert.Contains("no&#95;such&#95;attribute", comment, StringComparison.Ordinal);
        var results = sarif["runs"]![0]!["results"]!.AsArray();
        Assert.Contains(results, result => IsNote(result!, "report.exposed"));
        Assert.Contains(results, result => IsNote(result!, "report.unknown-meaning"));
    }

    [Theory]
    [InlineData("errored", true)]
    [InlineData("complete", false)]
    public async Task A_plan_from_which_changes_may_be_missing_is_deferred(string flag, bool value)
    {
        using var folder = Flagged(
            flag,
            value,
            new JsonArray(new JsonObject { ["reason"] = "provider_config_unknown" })
        );

        var table = await folder.ReviewAsync();
        var comment = await folder.ReviewAsync("--format", "markdown");
        var sarif = await folder.ReviewAsync("--format", "sarif");

        Assert.Equal(30, table.Code);
        Assert.Contains("make the plan again", table.Output, StringComparison.Ordinal);
        Assert.Contains("make the plan again", comment.Output, StringComparison.Ordinal);
        Assert.Contains("make the plan again", sarif.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_made_with_target_is_a_part_on_purpose_and_only_noted()
    {
        using var folder = Flagged("complete", value: false, deferred: null);

        var comment = await folder.ReviewAsync("--format", "markdown");

        Assert.Equal(0, comment.Code);
        Assert.Contains("-target, and another plan must follow", comment.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_lethal_variable_is_a_finding()
    {
        using var folder = new OrdersFolder().Destroying(
            "aws_lb.orders",
            "aws_db_instance.orders",
            "aws_db_instance.orders_dr",
            "aws_db_snapshot.orders_manual"
        );

        var report = JsonNode.Parse((await folder.ReviewAsync("--format", "json")).Output)!;

        var lethal = report["variables"]!
            .AsArray()
            .Where(variable => variable!["isLethal"]!.GetValue<bool>())
            .Select(variable => variable!["subject"]!.GetValue<string>())
            .ToArray();
        var told = report["findings"]!
            .AsArray()
            .Where(finding => finding!["test"]!.GetValue<string>() == "homeostasis.lethal")
            .Select(finding => finding!["reason"]!.GetValue<string>())
            .ToArray();
        Assert.True(lethal.Length > 1);
        Assert.Equal(lethal.Length, told.Length);
        Assert.All(lethal, subject => Assert.Contains(told, reason => reason.Contains(subject)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_part_of_a_destruction_is_proposed_as_one(bool isDestroy)
    {
        using var folder = DestroyingAll(isDestroy);

        var report = await folder.ReviewAsync("--format", "json");
        var table = await folder.ReviewAsync("--all");

        var alternative = JsonNode.Parse(report.Output)!["alternative"]!;
        Assert.NotEmpty(alternative["kept"]!.AsArray());
        Assert.Equal(isDestroy, alternative["isDestroy"]!.GetValue<bool>());
        Assert.Equal(isDestroy, alternative["targetOptions"]![0]!.GetValue<string>() == "-destroy");
        Assert.Equal(isDestroy, table.Output.Contains("takes in what depends on these", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_offered_is_allowed_when_it_is_planned()
    {
        using var folder = DestroyingAll(isDestroy: true);
        var offered = JsonNode.Parse((await folder.ReviewAsync("--format", "json")).Output)!["alternative"]!["kept"]!;

        folder.Destroying([.. offered.AsArray().Select(address => address!.GetValue<string>())]);

        Assert.Equal(0, (await folder.ReviewAsync()).Code);
    }

    [Fact]
    public void A_part_is_judged_by_its_own_aim_and_not_by_that_of_the_whole()
    {
        Effect[] effects = [Destroy("a"), Destroy("b"), Destroy("c")];
        var all = effects.Select(effect => effect.Target).ToHashSet();
        var request = new ActionRequest
        {
            Id = new RequestId("r"),
            Agent = new AgentId("a"),
            Lease = new LeaseId("l"),
            Operation = "terraform apply",
            Effects = effects,
            Goal = new Goal("all") { Removes = all },
        };
        var found = new Alternative([effects[0], effects[1]], [effects[2].Target], [], NotProvenLargest: false);

        // Destroying a is only meant where c is meant as well.
        Judgement Review(ActionRequest part) =>
            new(
                part.Effects.Contains(effects[0]) && !part.Goal!.Removes.Contains(effects[2].Target)
                    ? Verdict.StepUp
                    : Verdict.Allow,
                []
            );
        var subset = new PartReview(Review, TimeProvider.System, TimeSpan.FromSeconds(10)).Settle(found, request);

        Assert.Equal(["x.b"], subset.Kept);
        Assert.Equal(["x.a", "x.c"], subset.Removed);
        Assert.True(subset.NotProvenLargest);
    }

    /// <summary>A plan cannot name what only the overlay knows; at tier 3 it may go with everything that it needs.</summary>
    [Theory]
    [InlineData(3, "aws_eip.old_bastion", 0)]
    [InlineData(2, "aws_eip.old_bastion", 20)]
    [InlineData(3, "aws_eip.old_bastion, aws_lb.orders", 20)]
    public async Task A_service_of_which_nothing_is_left_goes_with_it(int tier, string needs, int code)
    {
        using var folder = new OrdersFolder().Destroying("aws_eip.old_bastion");
        var overlay = await File.ReadAllTextAsync(
            folder.PathOf("homeostat.yaml"),
            TestContext.Current.CancellationToken
        );
        await File.WriteAllTextAsync(
            folder.PathOf("homeostat.yaml"),
            overlay.Replace(
                "services:\n",
                $"services:\n  - id: demo\n    tier: {tier}\n    environments: [test]\n    needs:\n      - {{ group: entry, members: [{needs}], k: {needs.Split(',').Length} }}\n",
                StringComparison.Ordinal
            ),
            TestContext.Current.CancellationToken
        );

        Assert.Equal(code, (await folder.ReviewAsync()).Code);
    }

    [Fact]
    public async Task Modes_are_for_the_service_and_a_review_says_so()
    {
        using var folder = new OrdersFolder().Destroying("aws_eip.old_bastion");
        await File.AppendAllTextAsync(
            folder.PathOf("homeostat.yaml"),
            "\nenvironments:\n  production: { mode: observe }\n",
            TestContext.Current.CancellationToken
        );

        var answer = await folder.ReviewAsync("--all");

        Assert.Contains("modes are for the service", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_from_the_future_is_said_to_be_ahead_and_not_old()
    {
        using var folder = new OrdersFolder().Destroying("aws_eip.old_bastion");

        var answer = await folder.ReviewAtAsync("2026-01-20T12:00:00Z");

        Assert.Contains("ahead of the clock", answer.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("clock old", answer.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("clock ago", answer.Output, StringComparison.Ordinal);
    }

    private static Effect.Destroy Destroy(string name) => new(new ResourceId($"x.{name}"));

    private static bool IsNote(JsonNode result, string rule) =>
        result["ruleId"]!.GetValue<string>() == rule && result["level"]!.GetValue<string>() == "note";

    /// <summary>The database becomes public, and something changes of which nobody wrote down what it means.</summary>
    private static OrdersFolder Opening() =>
        new OrdersFolder().Planning(change =>
        {
            var after = change["change"]!["before"]!.DeepClone();
            var isDatabase = change["address"]!.GetValue<string>() == "aws_db_instance.orders";
            if (isDatabase)
            {
                after["publicly_accessible"] = true;
                after["no_such_attribute"] = "x";
            }

            change["change"]!["actions"] = new JsonArray(isDatabase ? "update" : "no-op");
            change["change"]!["after"] = after;
        });

    private static OrdersFolder DestroyingAll(bool isDestroy) =>
        new OrdersFolder().Planning(change =>
        {
            change["change"]!["actions"] = new JsonArray("delete");
            change["change"]!["after"] = null;
            change["action_reason"] = isDestroy ? null : "delete_because_no_resource_config";
        });

    private static OrdersFolder Flagged(string flag, bool value, JsonArray? deferred)
    {
        var folder = new OrdersFolder().Destroying("aws_eip.old_bastion");
        var plan = JsonNode.Parse(File.ReadAllText(folder.Plan))!;
        plan[flag] = value;
        plan["deferred_changes"] = deferred;
        File.WriteAllText(folder.Plan, plan.ToJsonString());
        return folder;
    }
}
