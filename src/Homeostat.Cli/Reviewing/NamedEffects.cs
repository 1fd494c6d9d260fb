using System.Globalization;
using System.Text.RegularExpressions;
using Homeostat.Cli.Loading;
using Homeostat.Cli.Running;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;

namespace Homeostat.Cli.Reviewing;

/// <summary>Effects as a person names them on the command line.</summary>
/// <param name="Changes">An id, then its pairs of key and value, then the next id.</param>
internal sealed partial record NamedEffects(
    IReadOnlyList<string> Destroyed,
    IReadOnlyList<string> Stopped,
    IReadOnlyList<string> Changes
)
{
    private const string CapacityKey = "capacity";

    /// <exception cref="EstateSourceException">An id is not in the estate; the message names all of them, and the nearest.</exception>
    /// <exception cref="UsageException">A change has no key and value.</exception>
    public IReadOnlyList<Effect> Resolve(LoadedEstate estate)
    {
        var unknown = new List<string>();
        ResourceId Find(string text)
        {
            if (ResourceId.TryCreate(text, out var id) && estate.Snapshot.Contains(id))
            {
                return id;
            }

            unknown.Add(Unknown(text, estate));
            return id;
        }

        Effect[] effects =
        [
            .. Destroyed.Distinct().Select(text => new Effect.Destroy(Find(text))),
            .. Stopped.Distinct().Select(text => new Effect.Stop(Find(text))),
            .. Pairs().Select(pair => Changed(Find(pair.Id), pair.Key, pair.Value)),
        ];
        return unknown.Count == 0 ? effects : throw new EstateSourceException(string.Join('\n', unknown.Distinct()));
    }

    public static string Unknown(string text, LoadedEstate estate)
    {
        var files = string.Join(", ", estate.Files.Select(file => file.Path));
        var nearest = Suggestion.NearestOf(text, estate.Snapshot.Resources.Select(id => id.Value));
        return $"{text} is not in {files}{(nearest.Length > 0 ? nearest : $"; {CalledAs.Name} estate show lists what is")}";
    }

    /// <summary>What a key means to a resource is not known here, so that the worst is assumed, except of its capacity.</summary>
    private static Effect.Change Changed(ResourceId id, string key, string value)
    {
        var number = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed);
        var impact = key == CapacityKey && number ? ChangeImpact.Capacity : ChangeImpact.Unknown;
        return new Effect.Change(id, key, number ? FactValue.Of(parsed) : FactValue.Of(value), impact);
    }

    private IEnumerable<(string Id, string Key, string Value)> Pairs()
    {
        string? id = null;
        var isOpen = false;
        foreach (var token in Changes)
        {
            if (!Pair().IsMatch(token))
            {
                id = isOpen ? throw new UsageException($"--change {id}: say what changes, as key=value") : token;
                isOpen = true;
                continue;
            }

            var at = token.IndexOf('=', StringComparison.Ordinal);
            isOpen = false;
            yield return id is null
                ? throw new UsageException($"--change {token}: name the resource first, as ID key=value")
                : (id, token[..at], token[(at + 1)..]);
        }

        if (isOpen)
        {
            throw new UsageException($"--change {id}: say what changes, as key=value");
        }
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_.-]*=", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pair();
}
