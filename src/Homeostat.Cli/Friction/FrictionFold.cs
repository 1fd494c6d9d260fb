using System.Buffers;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Estates.Overlay;

namespace Homeostat.Cli.Friction;

/// <summary>One reason for which decisions would have been held up.</summary>
/// <param name="Shape">The test and its reason, with names and numbers left out.</param>
internal sealed record FrictionReason(Verdict AtMost, string Shape)
{
    private const int MaxExamples = 3;

    /// <summary>Decisions that it would have held up, alone or with other reasons.</summary>
    public int Count { get; private set; }

    public List<string> Examples { get; } = [];

    /// <summary>What would settle it, and for how many of these decisions.</summary>
    public Dictionary<OverlayLine, int> Lines { get; } = [];

    public void Note(long index, DecisionEntry decision, string reason, OverlayLine? line)
    {
        Count++;
        if (Examples.Count < MaxExamples)
        {
            var effect = decision.Effects.Rows.Count > 0 ? decision.Effects.Rows[0] : "nothing";
            Examples.Add($"entry {index}, {decision.Agent}, {effect}: {reason}");
        }

        if (line is not null && (Lines.ContainsKey(line) || Lines.Count < Limits.FrictionLines))
        {
            Lines[line] = Lines.GetValueOrDefault(line) + 1;
        }
    }
}

/// <summary>Sums up what observe mode let pass: a fold over the decisions of a log.</summary>
internal sealed class FrictionFold(DateTimeOffset? since)
{
    private static readonly SearchValues<char> NameSigns = SearchValues.Create("_/[]@.\"%");

    private readonly Dictionary<(Verdict, string), FrictionReason> _reasons = [];

    public int Decisions { get; private set; }

    /// <summary>By the verdict that enforcing would have given.</summary>
    public SortedDictionary<Verdict, int> WouldBe { get; } = [];

    /// <summary>The most frequent first.</summary>
    public IEnumerable<FrictionReason> Reasons =>
        _reasons
            .Values.OrderByDescending(reason => reason.Count)
            .ThenBy(reason => reason.Shape, StringComparer.Ordinal);

    public void Add(long index, DecisionEntry decision)
    {
        if (decision.Time < since)
        {
            return;
        }

        Decisions++;
        if (decision.WouldBe is not { } wouldBe)
        {
            return;
        }

        WouldBe[wouldBe] = WouldBe.GetValueOrDefault(wouldBe) + 1;
        var noted = new HashSet<FrictionReason>(ReferenceEqualityComparer.Instance);
        for (var at = 0; at < decision.Findings.Rows.Count; at++)
        {
            Add(index, decision, at, noted);
        }
    }

    private void Add(long index, DecisionEntry decision, int at, HashSet<FrictionReason> noted)
    {
        var row = decision.Findings.Rows[at];
        var blank = row.IndexOf(' ', StringComparison.Ordinal);
        if (blank < 0 || !Enum.TryParse<Verdict>(row[..blank], out var atMost) || atMost == Verdict.Allow)
        {
            return;
        }

        var text = row[(blank + 1)..];
        var key = (atMost, ShapeOf(text));
        if (!_reasons.TryGetValue(key, out var reason))
        {
            if (_reasons.Count == Limits.FrictionReasons)
            {
                key = (atMost, "other reasons");
            }

            _reasons.TryAdd(key, new FrictionReason(key.Item1, key.Item2));
            reason = _reasons[key];
        }

        // A batch that meets one reason ten times was held up by it once.
        if (noted.Add(reason))
        {
            var line = at < decision.SettledBy.Count ? OverlayLine.Of(decision.SettledBy[at]) : null;
            reason.Note(index, decision, text[(text.IndexOf(": ", StringComparison.Ordinal) + 2)..], line);
        }
    }

    /// <summary>The test's name stays; of the reason only the words that are no names and no numbers.</summary>
    private static string ShapeOf(string text)
    {
        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        var words = text[(colon + 2)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var shaped = words.Select(word => IsName(word) ? "…" : word);
        return text[..(colon + 2)] + string.Join(' ', shaped);
    }

    private static bool IsName(string word) =>
        word.Any(char.IsDigit) || word.AsSpan().TrimEnd(".,:;)").ContainsAny(NameSigns);
}
