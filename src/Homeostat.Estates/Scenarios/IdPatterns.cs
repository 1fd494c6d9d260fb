using System.IO.Enumeration;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Scenarios;

/// <summary>Names of resources, some with <c>*</c> for any characters; what is meant depends on what there is.</summary>
internal sealed class IdPatterns
{
    private readonly string[] _sorted;

    public IdPatterns(IEnumerable<string> all)
    {
        _sorted = [.. all];
        Array.Sort(_sorted, StringComparer.Ordinal);
    }

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

    public IReadOnlyList<ResourceId> Resources(Fields fields, string key)
    {
        var found = new List<ResourceId>();
        foreach (var pattern in fields.Texts(key) ?? [])
        {
            var ids = Expand(pattern);
            if (ids.Count == 0)
            {
                fields.Refuse(fields.Node(key)!, $"{pattern} fits no resource of the estate", "name one that is there");
            }

            foreach (var id in ids)
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

    public static bool IsPattern(string id) => id.Contains('*', StringComparison.Ordinal);

    public static bool Fits(string pattern, string id) =>
        FileSystemName.MatchesSimpleExpression(
            pattern.Replace("\\", "\\\\", StringComparison.Ordinal),
            id,
            ignoreCase: false
        );
}
