using System.IO.Enumeration;
using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;

namespace Homeostat.Estates.Scenarios;

/// <summary>Names of resources, some with <c>*</c> for any characters; what is meant depends on what there is.</summary>
internal sealed class IdPatterns
{
    private readonly string[] _sorted;

    private readonly HashSet<string> _known;

    /// <param name="absent">Names that mean something although nothing is there.</param>
    public IdPatterns(IEnumerable<string> all, IEnumerable<string> absent)
    {
        _sorted = [.. all];
        _known = [.. _sorted, .. absent];
        Array.Sort(_sorted, StringComparer.Ordinal);
    }

    public IReadOnlyCollection<string> All => _known;

    /// <summary>Every id there is that the pattern fits; the name itself where it has no star.</summary>
    public IReadOnlyList<string> Expand(string pattern)
    {
        if (!IsPattern(pattern))
        {
            return [pattern];
        }

        // Only ids that begin as the pattern does can fit, and those stand together.
        var start = pattern[..pattern.IndexOf('*', StringComparison.Ordinal)];
        var at = Array.BinarySearch(_sorted, start, StringComparer.Ordinal);
        var found = new List<string>();
        for (
            var next = at < 0 ? ~at : at;
            next < _sorted.Length && _sorted[next].StartsWith(start, StringComparison.Ordinal);
            next++
        )
        {
            if (Fits(pattern, _sorted[next]))
            {
                found.Add(_sorted[next]);
            }
        }

        return found;
    }

    public IReadOnlyList<ResourceId> Resources(Fields fields, string key, ErrorList errors)
    {
        var found = new List<ResourceId>();
        foreach (var pattern in fields.Texts(key) ?? [])
        {
            RefuseUnknown(pattern, fields.Node(key)!, errors);
            foreach (var id in Expand(pattern))
            {
                if (ResourceId.TryCreate(id, out var resource))
                {
                    found.Add(resource);
                }
                else
                {
                    fields.Refuse(fields.Node(key)!, $"\"{id}\" cannot be an id", "1 to 2048 printable characters");
                }
            }
        }

        return found;
    }

    /// <summary>A name or pattern that fits nothing, and nothing that somebody said is not there.</summary>
    public void RefuseUnknown(string pattern, ScenarioNode at, ErrorList errors)
    {
        if (errors.IsEstateIncomplete || pattern.Length == 0 || Expand(pattern).Any(_known.Contains))
        {
            return;
        }

        if (IsPattern(pattern))
        {
            errors.Add(at, $"{pattern} fits no resource of the estate", "name one that is there");
        }
        else
        {
            errors.Add(
                at,
                $"there is no resource {pattern}{Suggestion.DidYouMean(pattern, _known).TrimEnd('?')}",
                $"name one that is there; what is not there on purpose is `{{id: {pattern}, gone: true}}`"
            );
        }
    }

    public static bool IsPattern(string id) => id.Contains('*', StringComparison.Ordinal);

    public static bool Fits(string pattern, string id) =>
        FileSystemName.MatchesSimpleExpression(
            pattern.Replace("\\", "\\\\", StringComparison.Ordinal),
            id,
            ignoreCase: false
        );
}
