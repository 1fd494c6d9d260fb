using System.Globalization;
using System.Text;

namespace Homeostat.Estates.Scenarios;

/// <summary>Writes the values of <c>let</c> and <c>for</c> where the file says <c>${name}</c>.</summary>
internal sealed class Template(ErrorList errors)
{
    private const int MaxNesting = 8;

    /// <summary>The node with every name that is known replaced; a value that is nothing but one name may become a list.</summary>
    public ScenarioNode Fill(ScenarioNode node, IReadOnlyDictionary<string, ScenarioNode> values, int nesting = 0)
    {
        switch (node)
        {
            case MapNode map:
                return map with
                {
                    Entries =
                    [
                        .. map.Entries.Select(entry => entry with { Value = Fill(entry.Value, values, nesting) }),
                    ],
                };
            case ListNode list:
                return list with { Items = [.. list.Items.Select(item => Fill(item, values, nesting))] };
            case ScalarNode scalar when scalar.Text.Contains("${", StringComparison.Ordinal):
                return FillScalar(scalar, values, nesting);
            default:
                return node;
        }
    }

    /// <summary>
    /// The values for each copy of a template that <c>for</c> asks for: one for each combination, together with the names
    /// that hold everywhere.
    /// </summary>
    public IEnumerable<Dictionary<string, ScenarioNode>> Combinations(
        MapNode loop,
        IReadOnlyDictionary<string, ScenarioNode> values
    )
    {
        IEnumerable<Dictionary<string, ScenarioNode>> rows = [new(values, StringComparer.Ordinal)];
        foreach (var entry in loop.Entries)
        {
            var choices = ValuesOf(entry with { Value = Fill(entry.Value, values) });
            rows = rows.SelectMany(
                _ => choices,
                (row, value) =>
                    new Dictionary<string, ScenarioNode>(row, StringComparer.Ordinal) { [entry.Key] = value }
            );
        }

        return rows;
    }

    /// <summary>A list, or a range of whole numbers: <c>1..750</c>.</summary>
    private IReadOnlyList<ScenarioNode> ValuesOf(MapEntry entry)
    {
        if (entry.Value is ListNode list)
        {
            return list.Items;
        }

        var parts = entry.Value is ScalarNode { Text: var text } ? text.Split("..") : [];
        if (
            parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var to)
            && to >= from
            && to - from < ScenarioLimits.MaxResources
        )
        {
            return
            [
                .. Enumerable
                    .Range(from, to - from + 1)
                    .Select(n => new ScalarNode(entry.Line, n.ToString(CultureInfo.InvariantCulture), IsQuoted: false)),
            ];
        }

        errors.IsEstateIncomplete = true;
        errors.Add(entry.Line, $"{entry.Key} has no values", "write a list `[a, b]` or a range `1..10`");
        return [];
    }

    private ScenarioNode FillScalar(ScalarNode scalar, IReadOnlyDictionary<string, ScenarioNode> values, int nesting)
    {
        if (nesting > MaxNesting)
        {
            errors.Add(scalar, $"{scalar.Text} refers to itself", "give each name under `let` a value of its own");
            return scalar with { Text = "" };
        }

        if (WholeName(scalar.Text) is { } whole && values.TryGetValue(whole, out var value))
        {
            return Fill(value, values, nesting + 1);
        }

        var text = new StringBuilder();
        var rest = scalar.Text.AsSpan();
        while (rest.IndexOf("${") is >= 0 and var start)
        {
            var length = rest[start..].IndexOf('}');
            var name = length < 0 ? "" : rest[(start + 2)..(start + length)].Trim().ToString();
            text.Append(rest[..start]);
            if (values.TryGetValue(name, out var known) && Fill(known, values, nesting + 1) is ScalarNode part)
            {
                text.Append(part.Text);
            }
            else
            {
                errors.Add(scalar, $"${{{name}}} has no value here", "name it under `let` or `for`");
            }

            rest = length < 0 ? [] : rest[(start + length + 1)..];
        }

        return scalar with
        {
            Text = text.Append(rest).ToString(),
        };
    }

    private static string? WholeName(string text) =>
        text.StartsWith("${", StringComparison.Ordinal) && text.IndexOf('}') == text.Length - 1
            ? text[2..^1].Trim()
            : null;
}
