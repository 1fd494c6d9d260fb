using System.Reflection;
using System.Text.RegularExpressions;
using Homeostat.Core.Estate;
using Homeostat.Ledger.Merkle;

namespace Homeostat.Architecture.Tests.Purity;

/// <summary>The ledger knows bytes and who signed them; what the bytes say is not its business.</summary>
public sealed partial class LedgerWordTests
{
    private static readonly string[] CoreWords =
    [
        "Agency",
        "Alignment",
        "Consequences",
        "Critic",
        "Decision",
        "Effect",
        "Estate",
        "Homeostasis",
        "Karma",
        "Lease",
        "Resource",
        "Setpoint",
        "Stress",
        "Verdict",
    ];

    [GeneratedRegex("[A-Z][a-z]+|[a-z]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();

    [Fact]
    public void The_ledger_uses_none_of_the_words_of_Core() => Assert.Empty(Spoken(typeof(TreeHash).Assembly));

    [Fact]
    public void Core_uses_its_words() =>
        Assert.Superset(
            new HashSet<string>(["Effect", "Estate", "Lease", "Resource"]),
            Spoken(typeof(EstateSnapshot).Assembly).Select(name => name.Split(" in ")[0]).ToHashSet()
        );

    private static string[] Spoken(Assembly assembly) =>
        [
            .. assembly
                .GetTypes()
                .SelectMany(type => type.GetMembers(Everything).Select(member => member.Name).Append(type.Name))
                .Where(name => !name.Contains('<'))
                .Distinct()
                .SelectMany(name => Word().Matches(name).Select(match => (Word: match.Value, Name: name)))
                .Where(found => CoreWords.Contains(found.Word, StringComparer.OrdinalIgnoreCase))
                .Select(found => $"{found.Word} in {found.Name}"),
        ];

    private const BindingFlags Everything =
        BindingFlags.Public
        | BindingFlags.NonPublic
        | BindingFlags.Instance
        | BindingFlags.Static
        | BindingFlags.DeclaredOnly;
}
