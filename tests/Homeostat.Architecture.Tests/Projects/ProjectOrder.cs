using System.Xml.Linq;

namespace Homeostat.Architecture.Tests.Projects;

/// <summary>Which project may refer to which: <c>Ledger ← Core ← satellites ← Server</c>, the client with its contract, and the command line.</summary>
internal static class ProjectOrder
{
    private static readonly string[] Inner = ["Homeostat.Ledger", "Homeostat.Core"];

    /// <summary>A project that is not named here may not exist: whoever adds one says where it stands.</summary>
    private static readonly Dictionary<string, string[]> MayRefer = new(StringComparer.Ordinal)
    {
        ["Homeostat.Ledger"] = [],
        ["Homeostat.Core"] = ["Homeostat.Ledger"],
        ["Homeostat.Client"] = [],
        ["Homeostat.Estates"] = Inner,
        ["Homeostat.Gateways"] = Inner,
        ["Homeostat.Attestation"] = Inner,
        ["Homeostat.Cluster"] = Inner,
        ["Homeostat.Server"] =
        [
            .. Inner,
            "Homeostat.Client",
            "Homeostat.Estates",
            "Homeostat.Gateways",
            "Homeostat.Attestation",
            "Homeostat.Cluster",
        ],
        ["Homeostat.Cli"] = [.. Inner, "Homeostat.Client", "Homeostat.Estates"],
    };

    public static IEnumerable<string> Violations(IEnumerable<(string Project, string[] References)> projects)
    {
        foreach (var (project, references) in projects)
        {
            if (!MayRefer.TryGetValue(project, out var allowed))
            {
                yield return $"{project} has no place in the order";
                continue;
            }

            foreach (var reference in references.Except(allowed, StringComparer.Ordinal))
            {
                yield return $"{project} refers to {reference}";
            }
        }
    }

    /// <summary>The projects under <paramref name="folder"/> with the projects that they refer to.</summary>
    public static IEnumerable<(string Project, string[] References)> Read(string folder) =>
        Directory
            .EnumerateFiles(folder, "*.csproj", SearchOption.AllDirectories)
            .Select(file =>
                (
                    Path.GetFileNameWithoutExtension(file),
                    XDocument
                        .Load(file)
                        .Descendants("ProjectReference")
                        .Select(reference => reference.Attribute("Include")!.Value.Replace('\\', '/'))
                        .Select(path => Path.GetFileNameWithoutExtension(path))
                        .ToArray()
                )
            );
}
