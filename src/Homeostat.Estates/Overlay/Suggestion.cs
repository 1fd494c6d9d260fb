namespace Homeostat.Estates.Overlay;

/// <summary>What somebody probably meant.</summary>
public static class Suggestion
{
    private const int Shown = 3;
    private const int Far = int.MaxValue / 2;

    /// <summary><c>; did you mean X?</c>, or nothing where no candidate is near.</summary>
    public static string DidYouMean(string written, IEnumerable<string> candidates)
    {
        var nearest = Nearest(written, candidates, 1);
        return nearest.Count == 0 ? "" : $"; did you mean {nearest[0]}?";
    }

    /// <summary><c>; the nearest are A, B, C</c>, or nothing where no candidate is near.</summary>
    public static string NearestOf(string written, IEnumerable<string> candidates)
    {
        var nearest = Nearest(written, candidates, Shown);
        return nearest.Count == 0 ? "" : $"; the nearest are {string.Join(", ", nearest)}";
    }

    /// <summary>Those that differ in less than half of their characters, the nearest first.</summary>
    public static IReadOnlyList<string> Nearest(string written, IEnumerable<string> candidates, int count) =>
        [
            .. candidates
                .Select(candidate => (Candidate: candidate, Distance: Distance(written, candidate)))
                .Where(pair => pair.Distance * 2 <= Math.Max(written.Length, pair.Candidate.Length))
                .OrderBy(pair => pair.Distance)
                .ThenBy(pair => pair.Candidate, StringComparer.Ordinal)
                .Take(count)
                .Select(pair => pair.Candidate),
        ];

    /// <summary>Insertions, deletions and replacements from one to the other; cases count alike, and far is far.</summary>
    private static int Distance(string left, string right)
    {
        if (Math.Abs(left.Length - right.Length) * 2 > Math.Max(left.Length, right.Length) || left.Length > 512)
        {
            return Far;
        }

        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var isSame = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]);
                var replaced = previous[j - 1] + (isSame ? 0 : 1);
                current[j] = Math.Min(replaced, Math.Min(previous[j], current[j - 1]) + 1);
            }

            (previous, current) = (current, previous);
        }

        return previous[right.Length];
    }
}
