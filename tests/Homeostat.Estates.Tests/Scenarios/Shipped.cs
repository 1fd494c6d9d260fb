using Homeostat.Estates.Scenarios;
using Homeostat.Testing;

namespace Homeostat.Estates.Tests.Scenarios;

/// <summary>The scenarios that come with homeostat.</summary>
internal static class Shipped
{
    public static string Folder => Path.Combine(SharedFolder.Root(), "scenarios");

    public static IReadOnlyList<string> Files =>
        [.. Directory.EnumerateFiles(Folder, "*.yaml").Order(StringComparer.Ordinal)];

    public static TheoryData<string> Names => [.. Files.Select(file => Path.GetFileNameWithoutExtension(file))];

    public static Scenario Load(string name) => ScenarioFile.Load(Path.Combine(Folder, $"{name}.yaml"));
}
