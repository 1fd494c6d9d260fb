using System.Collections.Concurrent;
using Homeostat.Estates.Scenarios;
using Homeostat.Testing;

namespace Homeostat.Estates.Tests.Scenarios;

/// <summary>The scenarios that come with homeostat, each replayed in every way once for all tests that look at it.</summary>
internal static class Shipped
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<ScenarioRow>>> Rows = new(StringComparer.Ordinal);

    public static string Folder => Path.Combine(SharedFolder.Root(), "scenarios");

    public static IReadOnlyList<string> Files =>
        [.. Directory.EnumerateFiles(Folder, "*.yaml").Order(StringComparer.Ordinal)];

    public static TheoryData<string> Names => [.. Files.Select(file => Path.GetFileNameWithoutExtension(file))];

    public static Scenario Load(string name) => ScenarioFile.Load(Path.Combine(Folder, $"{name}.yaml"));

    public static Task<ScenarioRow> ReplayAsync(string name) =>
        Rows.GetOrAdd(
            name,
            _ => new Lazy<Task<ScenarioRow>>(() =>
                ScenarioTable.RunAsync(Load(name), null, TestContext.Current.CancellationToken)
            )
        ).Value;
}
