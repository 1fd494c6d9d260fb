using System.Text.Json.Nodes;
using Homeostat.Cli.Rendering;
using Homeostat.Testing;

namespace Homeostat.Cli.Tests.Reviewing;

/// <summary>What other programs read.</summary>
public sealed class FormatTests
{
    [Fact]
    public async Task Json_has_every_documented_field_and_no_other()
    {
        using var folder = new OrdersFolder().Destroying(
            "aws_db_instance.orders_dr",
            "aws_eip.old_bastion",
            "aws_subnet.private[0]"
        );

        var answer = await folder.ReviewAsync("--format", "json");

        Assert.Equal(40, answer.Code);
        var report = JsonNode.Parse(answer.Output)!.AsObject();
        var documented = (
            await File.ReadAllLinesAsync(
                Path.Combine(SharedFolder.Root(), "docs", "review.md"),
                TestContext.Current.CancellationToken
            )
        )
            .SkipWhile(line => line != "## JSON")
            .TakeWhile(line => line != "## SARIF and Markdown")
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .ToDictionary(line => line.Split('|')[1], line => Quoted(line.Split('|')[2]));
        Assert.Equal(
            documented.Keys.SelectMany(Quoted).Order(StringComparer.Ordinal),
            report.Select(field => field.Key).Order(StringComparer.Ordinal)
        );
        foreach (var (names, inner) in documented)
        {
            foreach (
                var node in Quoted(names).Select(name => report[name]).SelectMany(Objects).Where(node => node.Count > 0)
            )
            {
                Assert.All(
                    node.Select(field => field.Key).Where(key => key is not ("destroy" or "replace" or "change")),
                    key => Assert.Contains(key, inner)
                );
            }
        }
    }

    [Fact]
    public async Task Json_tells_what_the_verdict_rests_on()
    {
        using var folder = new OrdersFolder().Destroying("aws_subnet.private[0]", "aws_subnet.private[1]");

        var report = JsonNode.Parse((await folder.ReviewAsync("--format", "json")).Output)!;

        Assert.Equal("homeostat.review/1", report["schema"]!.GetValue<string>());
        Assert.Equal("deny", report["verdict"]!.GetValue<string>());
        var orders = report["impaired"]!.AsArray().Single(fall => fall!["id"]!.GetValue<string>() == "orders")!;
        var path = orders["path"]!.AsArray().Select(step => step!.GetValue<string>()).ToArray();
        Assert.StartsWith("aws_subnet.private[", path[0], StringComparison.Ordinal);
        Assert.Equal("orders", path[^1]);
        Assert.Equal(600, report["evidence"]!["ageSeconds"]!.GetValue<double>());
    }

    [Fact]
    public async Task Sarif_has_what_code_scanning_asks_for()
    {
        using var folder = new OrdersFolder().Destroying("aws_db_instance.orders_dr", "aws_db_snapshot.orders_manual");

        var log = JsonNode.Parse((await folder.ReviewAsync("--format", "sarif")).Output)!;

        Assert.Equal("2.1.0", log["version"]!.GetValue<string>());
        var run = log["runs"]!.AsArray().Single()!;
        var rules = run["tool"]!["driver"]!["rules"]!
            .AsArray()
            .Select(rule => rule!["id"]!.GetValue<string>())
            .ToArray();
        var results = run["results"]!.AsArray();
        Assert.NotEmpty(results);
        Assert.All(
            results,
            result =>
            {
                Assert.Contains(result!["ruleId"]!.GetValue<string>(), rules);
                Assert.Contains(result["level"]!.GetValue<string>(), (string[])["error", "warning", "note"]);
                Assert.NotEmpty(result["message"]!["text"]!.GetValue<string>());
                var place = result["locations"]![0]!["physicalLocation"]!;
                Assert.EndsWith(
                    "plan.json",
                    place["artifactLocation"]!["uri"]!.GetValue<string>(),
                    StringComparison.Ordinal
                );
                Assert.Equal(1, place["region"]!["startLine"]!.GetValue<int>());
            }
        );
        Assert.Equal("error", results[0]!["level"]!.GetValue<string>());
        Assert.Equal(
            results.Count,
            results.Select(result => result!["partialFingerprints"]!.ToJsonString()).Distinct().Count()
        );
    }

    [Fact]
    public async Task Every_test_of_a_decision_has_a_sentence_of_its_own()
    {
        using var folder = new OrdersFolder().Destroying("aws_db_instance.orders_dr", "aws_db_snapshot.orders_manual");
        var report = JsonNode.Parse((await folder.ReviewAtAsync("2026-03-09T12:00:00Z", "--format", "json")).Output)!;

        var tests = report["findings"]!.AsArray().Select(finding => finding!["test"]!.GetValue<string>()).Distinct();

        Assert.All(tests, test => Assert.NotEqual(Rules.SentenceOf("no such test"), Rules.SentenceOf(test)));
    }

    [Fact]
    public async Task Text_from_a_plan_stays_text()
    {
        using var folder = new OrdersFolder();
        var name = "aws_eip.old_bastion[\"</details>@everyone|`x`\u001b[2J\u202e\"]";
        var text = (
            await File.ReadAllTextAsync(OrdersFolder.Sample("plan.json"), TestContext.Current.CancellationToken)
        ).Replace("\"aws_eip.old_bastion\"", System.Text.Json.JsonSerializer.Serialize(name), StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder.Plan, text, TestContext.Current.CancellationToken);
        File.Delete(folder.PathOf("homeostat.yaml"));

        var table = await folder.ReviewAsync("--all");
        var comment = await folder.ReviewAsync("--format", "markdown", "--all");

        Assert.DoesNotContain('\u001b', table.Output + table.Error);
        Assert.DoesNotContain('\u202e', table.Output + table.Error);
        Assert.DoesNotContain("@everyone", Prose(comment.Output), StringComparison.Ordinal);
        Assert.Equal(Prose(comment.Output).Split("<details>").Length, Prose(comment.Output).Split("</details>").Length);
    }

    [Fact]
    public async Task A_markdown_comment_folds_what_is_long()
    {
        using var folder = new OrdersFolder().Destroying("aws_lb.orders");

        var comment = (await folder.ReviewAsync("--format", "markdown")).Output;

        Assert.StartsWith("### Homeostat: ⛔ deny", comment, StringComparison.Ordinal);
        Assert.Contains("| **deny** |", comment, StringComparison.Ordinal);
        Assert.Contains("<details><summary>", comment, StringComparison.Ordinal);
    }

    /// <summary>Without the fenced block, in which nothing is interpreted.</summary>
    private static string Prose(string comment) => string.Concat(comment.Split("```").Where((_, at) => at % 2 == 0));

    private static string[] Quoted(string text) => [.. text.Split('`').Where((_, at) => at % 2 == 1)];

    private static IEnumerable<JsonObject> Objects(JsonNode? node) =>
        node switch
        {
            JsonObject found => found.SelectMany(field => Objects(field.Value)).Append(found),
            JsonArray list => list.SelectMany(Objects),
            _ => [],
        };
}
