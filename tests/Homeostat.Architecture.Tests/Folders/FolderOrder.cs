using System.Text.RegularExpressions;
using ArchUnitNET.Domain;
using ArchUnitNET.Fluent;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace Homeostat.Architecture.Tests.Folders;

/// <summary>A folder uses only the folders to its left.</summary>
internal sealed class FolderOrder(ArchUnitNET.Domain.Architecture architecture, string root, params string[] folders)
{
    public IEnumerable<string> Violations()
    {
        for (var at = 0; at < folders.Length - 1; at++)
        {
            var right = Namespaces(folders[(at + 1)..]);
            IArchRule rule = Types()
                .That()
                .ResideInNamespaceMatching(Namespaces([folders[at]]))
                .Should()
                .NotDependOnAny(Types().That().ResideInNamespaceMatching(right))
                .WithoutRequiringPositiveResults();
            foreach (var result in rule.Evaluate(architecture).Where(result => !result.Passed))
            {
                yield return result.Description;
            }
        }
    }

    /// <summary>Folders that hold types and have no place in the order.</summary>
    public IEnumerable<string> Unplaced() => Present().Except(folders, StringComparer.Ordinal);

    /// <summary>Folders that hold types.</summary>
    public IEnumerable<string> Present() =>
        architecture
            .Types.Select(type => type.Namespace.FullName)
            .Where(name => name.StartsWith(root + ".", StringComparison.Ordinal))
            .Select(name => name[(root.Length + 1)..].Split('.')[0])
            .Distinct(StringComparer.Ordinal);

    private string Namespaces(string[] names) => $"^{Regex.Escape(root)}\\.({string.Join('|', names)})(\\.|$)";
}
