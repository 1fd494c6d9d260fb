using System.Collections.Frozen;

namespace Homeostat.Estates.Inference;

/// <summary>What a word says about an environment.</summary>
/// <param name="Name">The environment in this project's words: <c>production</c>, <c>staging</c>, <c>dr</c>.</param>
/// <param name="Word">The word that says so, as it was found.</param>
internal sealed record EnvironmentName(string Name, string Word)
{
    public const string Production = "production";
    public const string Recovery = "dr";

    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>
    {
        ["prod"] = Production,
        ["prd"] = Production,
        ["production"] = Production,
        ["live"] = Production,
        ["staging"] = "staging",
        ["stage"] = "staging",
        ["stg"] = "staging",
        ["preprod"] = "staging",
        ["preproduction"] = "staging",
        ["test"] = "test",
        ["testing"] = "test",
        ["qa"] = "test",
        ["uat"] = "test",
        ["nonprod"] = "test",
        ["nonproduction"] = "test",
        ["dev"] = "development",
        ["development"] = "development",
        ["sandbox"] = "sandbox",
        [Recovery] = Recovery,
    }.ToFrozenDictionary();

    /// <summary>What stands for the case of a disaster is as critical as what it stands for.</summary>
    public bool CountsAsProduction => Name is Production or Recovery;

    /// <summary>
    /// The environment that the words name; production where they name it among others, because what serves both is
    /// production. Null where no whole word names one.
    /// </summary>
    public static EnvironmentName? Find(IReadOnlyList<string> words)
    {
        EnvironmentName? found = null;
        for (var at = 0; at < words.Count; at++)
        {
            var word = words[at];
            if (at + 1 < words.Count && word is "pre" or "non" && Names.ContainsKey(word + words[at + 1]))
            {
                word += words[++at];
            }

            if (Names.TryGetValue(word, out var name) && (found is null || IsStronger(name, found.Name)))
            {
                found = new EnvironmentName(name, word);
            }
        }

        return found;
    }

    /// <summary>Whether every one of these environments is known and none is production.</summary>
    public static bool AreAllOutsideProduction(IReadOnlyCollection<string> environments) =>
        environments.Count > 0
        && environments.All(environment => Find(NameWords.Of(environment)) is { CountsAsProduction: false });

    private static bool IsStronger(string name, string than) =>
        name == Production ? than != Production : name == Recovery && than is not (Production or Recovery);
}
