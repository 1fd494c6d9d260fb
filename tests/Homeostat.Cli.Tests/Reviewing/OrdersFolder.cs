using System.Text.Json.Nodes;
using Homeostat.Cli.Tests.Running;
using Homeostat.Testing;

namespace Homeostat.Cli.Tests.Reviewing;

/// <summary>The sample of the orders service in a temporary folder, with a plan that the test chooses.</summary>
internal sealed class OrdersFolder : IDisposable
{
    public const string Now = "2026-03-02T12:10:00Z";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("homeostat-");

    public OrdersFolder(bool withOverlay = true)
    {
        if (withOverlay)
        {
            File.Copy(Sample("homeostat.yaml"), PathOf("homeostat.yaml"));
        }
    }

    public string Plan => PathOf("plan.json");

    public string Log => PathOf(".homeostat/log");

    public static string Sample(string name) => Path.Combine(SharedFolder.Root(), "samples", "orders", name);

    public static JsonNode SamplePlan() => JsonNode.Parse(File.ReadAllText(Sample("plan.json")))!;

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Writes a plan that destroys just these addresses.</summary>
    public OrdersFolder Destroying(params string[] addresses) =>
        Planning(change =>
        {
            var isNamed = addresses.Contains(change["address"]!.GetValue<string>());
            change["change"]!["actions"] = new JsonArray(isNamed ? "delete" : "no-op");
            change["change"]!["after"] = isNamed ? null : change["change"]!["before"]!.DeepClone();
        });

    /// <summary>Writes the sample's plan with each change edited.</summary>
    public OrdersFolder Planning(Action<JsonNode> edit)
    {
        var plan = SamplePlan();
        foreach (var change in plan["resource_changes"]!.AsArray())
        {
            edit(change!);
        }

        File.WriteAllText(Plan, plan.ToJsonString());
        return this;
    }

    public Task<Answer> ReviewAsync(params string[] options) => ReviewAtAsync(Now, options);

    public Task<Answer> ReviewAtAsync(string now, params string[] options) =>
        CommandLine.RunAsync(["review", Plan, "--now", now, "--log", Log, .. options]);

    public void Dispose() => _folder.Delete(recursive: true);
}
