using System.Globalization;
using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;

namespace Homeostat.Estates.Scenarios;

/// <summary>Takes the values of one mapping, says what is wrong with each, and at the end names the keys that mean nothing.</summary>
internal sealed class Fields(MapNode map, string what, ErrorList errors)
{
    private readonly SortedSet<string> _known = new(StringComparer.Ordinal);

    public MapNode Map => map;

    public int Line => map.Line;

    public bool Has(string key) => Node(key) is not null;

    public ScenarioNode? Node(string key)
    {
        _known.Add(key);
        return map[key];
    }

    public string? Text(string key) => Node(key) is { } node ? ScalarOf(node, key)?.Text : null;

    public string RequiredText(string key, string example)
    {
        if (Node(key) is null)
        {
            errors.Add(map, $"{what} has no {key}", $"add `{key}: {example}`");
        }

        return Text(key) ?? "";
    }

    public bool Flag(string key) =>
        Text(key) switch
        {
            null or "false" or "no" => false,
            "true" or "yes" => true,
            var text => Refuse(key, text, "true or false", fallback: false),
        };

    public int? Whole(string key, int least, int most) =>
        Text(key) is not { } text ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
        && value >= least
        && value <= most
            ? value
        : Refuse<int?>(key, text, $"a whole number from {least} to {most}", null);

    public double? Number(string key) =>
        Text(key) is not { } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value
        : Refuse<double?>(key, text, "a number", null);

    public TimeSpan? Time(string key) =>
        Text(key) is not { } text ? null
        : Durations.Parse(text) is { } time ? time
        : Refuse<TimeSpan?>(key, text, "a time such as 9d, 2h 30m or 40s", null);

    public DateTimeOffset? Instant(string key) =>
        Text(key) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant.ToUniversalTime()
        : Refuse<DateTimeOffset?>(key, text, "a date and time such as 2026-03-02T12:00:00Z", null);

    public T? Choice<T>(string key)
        where T : struct, Enum => Text(key) is { } text ? ChoiceOf<T>(Node(key)!, key, text) : null;

    public T? ChoiceOf<T>(ScenarioNode node, string key, string text)
        where T : struct, Enum
    {
        var words = Words.Of<T>();
        if (words.TryGetValue(text, out var value))
        {
            return value;
        }

        errors.Add(node, $"{key} is not \"{text}\"", $"one of {string.Join(", ", words.Keys)}");
        return null;
    }

    /// <summary>A list of texts, or one text alone; null where the key is absent or empty.</summary>
    public IReadOnlyList<string>? Texts(string key) =>
        Node(key) switch
        {
            null => null,
            ListNode list =>
            [
                .. list
                    .Items.Select(item => ScalarOf(item, key)?.Text)
                    .Where(text => text is not null)
                    .Select(text => text!),
            ],
            var node => ScalarOf(node, key) is { } scalar ? [scalar.Text] : null,
        };

    public MapNode? MapOf(string key) =>
        Node(key) switch
        {
            null => null,
            MapNode value => value,
            var node => RefuseShape<MapNode>(node, key, "a mapping"),
        };

    public IReadOnlyList<ScenarioNode> Items(string key) =>
        Node(key) switch
        {
            null => [],
            ListNode list => list.Items,
            var node => RefuseShape<ListNode>(node, key, "a list")?.Items ?? [],
        };

    /// <summary>The items that are mappings; others are errors.</summary>
    public IEnumerable<MapNode> Maps(string key)
    {
        foreach (var item in Items(key))
        {
            if (item is MapNode value)
            {
                yield return value;
            }
            else
            {
                RefuseShape<MapNode>(item, key, "a list of mappings");
            }
        }
    }

    /// <summary>The same for a mapping inside this one.</summary>
    public Fields Of(MapNode inner, string called) => new(inner, called, errors);

    /// <summary>A kind of the model; one that the model does not have is said on purpose, as <c>unknown</c>.</summary>
    public string Kind(ScenarioNode node, string kind)
    {
        if (kind != "unknown" && !KindTable.All.Any(known => known.Kind.Name == kind))
        {
            var kinds = KindTable.All.Select(known => known.Kind.Name).Order(StringComparer.Ordinal);
            errors.Add(
                node,
                $"there is no kind {kind}{Suggestion.DidYouMean(kind, kinds).TrimEnd('?')}",
                $"write `unknown` for what the model does not have, or one of {string.Join(", ", kinds)}"
            );
        }

        return kind;
    }

    public IReadOnlyList<string>? Kinds(string key) =>
        Texts(key) is { } kinds ? [.. kinds.Select(kind => Kind(Node(key)!, kind))] : null;

    public void Refuse(ScenarioNode at, string problem, string remedy) => errors.Add(at, problem, remedy);

    /// <summary>Names every key that nothing asked for.</summary>
    public void Done()
    {
        foreach (var entry in map.Entries.Where(entry => !_known.Contains(entry.Key)))
        {
            errors.Add(
                entry.Line,
                $"{what} has no key {entry.Key}{Suggestion.DidYouMean(entry.Key, _known).TrimEnd('?')}",
                $"keys here are {string.Join(", ", _known)}"
            );
        }
    }

    private T Refuse<T>(string key, string text, string right, T fallback)
    {
        errors.Add(Node(key) ?? map, $"{key} of {what} is not \"{text}\"", $"write {right}");
        return fallback;
    }

    private T? RefuseShape<T>(ScenarioNode node, string key, string right)
        where T : ScenarioNode
    {
        errors.Add(node, $"{key} of {what} is not {node.Shape}", $"write {right}");
        return null;
    }

    private ScalarNode? ScalarOf(ScenarioNode node, string key) =>
        node as ScalarNode ?? RefuseShape<ScalarNode>(node, key, "one value");
}
