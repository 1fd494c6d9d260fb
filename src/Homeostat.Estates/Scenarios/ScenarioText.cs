using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Homeostat.Estates.Scenarios;

/// <summary>Reads the YAML of one scenario into nodes with lines; it goes on after what it refuses.</summary>
internal sealed class ScenarioText(string text, ErrorList errors)
{
    private readonly Parser _parser = new(new StringReader(text));
    private int _nodes;
    private bool _hasAnchors;

    /// <summary>The mapping at the top; null where there is none.</summary>
    public MapNode? Read()
    {
        try
        {
            _parser.Consume<StreamStart>();
            if (!_parser.TryConsume<DocumentStart>(out _))
            {
                errors.Add(1, "the file is empty", "`homeostat scenario new NAME` writes one to start from");
                return null;
            }

            var root = ReadNode(depth: 0);
            _parser.Consume<DocumentEnd>();
            if (!_parser.Accept<StreamEnd>(out var end))
            {
                errors.Add(
                    (int)_parser.Current!.Start.Line,
                    "a second document begins here",
                    "write one scenario a file"
                );
            }

            if (root is ScalarNode { IsEmpty: true })
            {
                errors.Add(1, "there is nothing in the file", "`homeostat scenario new NAME` writes one to start from");
            }
            else if (root is not MapNode)
            {
                errors.Add(root, $"a scenario is a mapping, this is {root.Shape}", "begin with `scenario: NAME`");
            }

            return _hasAnchors ? null : root as MapNode;
        }
        catch (YamlException failure)
        {
            if (failure.Message.Contains("tab", StringComparison.OrdinalIgnoreCase) && FirstTab() is > 0 and var at)
            {
                errors.Add(at, "this line begins with a tab", "indent with spaces");
                return null;
            }

            errors.Add(
                (int)failure.Start.Line,
                $"this is not valid YAML: {failure.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ')}",
                "check indentation, colons and quotes here and on the line above"
            );
            return null;
        }
    }

    private int FirstTab() =>
        Array.FindIndex(
            text.ReplaceLineEndings("\n").Split('\n'),
            line => line.TakeWhile(char.IsWhiteSpace).Contains('\t')
        ) + 1;

    private ScenarioNode ReadNode(int depth)
    {
        var next = _parser.Current ?? throw new YamlException("a value was expected here");

        var line = (int)next.Start.Line;
        if (++_nodes > ScenarioLimits.MaxNodes)
        {
            throw new YamlException(next.Start, next.End, $"more than {ScenarioLimits.MaxNodes} keys and values");
        }

        if (depth > ScenarioLimits.MaxDepth)
        {
            throw new YamlException(next.Start, next.End, $"nested more than {ScenarioLimits.MaxDepth} deep");
        }

        if (next is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
        {
            _hasAnchors = true;
            errors.Add(line, "anchors and aliases are not read", "name the value under `let` and write ${name}");
        }

        return next switch
        {
            MappingStart => ReadMap(line, depth),
            SequenceStart => ReadList(line, depth),
            _ => ReadScalar(line),
        };
    }

    private MapNode ReadMap(int line, int depth)
    {
        _parser.Consume<MappingStart>();
        var entries = new List<MapEntry>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (key is not ScalarNode { Text: var name })
            {
                errors.Add(key, $"a key is a name, this is {key.Shape}", "write `name: value`");
            }
            else if (!seen.TryAdd(name, key.Line))
            {
                errors.Add(key, $"{name} stands in line {seen[name]} already", "keep one of the two");
            }
            else
            {
                entries.Add(new MapEntry(name, key.Line, value));
            }
        }

        return new MapNode(line, entries);
    }

    private ListNode ReadList(int line, int depth)
    {
        _parser.Consume<SequenceStart>();
        var items = new List<ScenarioNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode(depth + 1));
        }

        return new ListNode(line, items);
    }

    private ScalarNode ReadScalar(int line)
    {
        if (_parser.TryConsume<Scalar>(out var scalar))
        {
            return new ScalarNode(line, scalar.Value, scalar.Style != ScalarStyle.Plain);
        }

        _parser.MoveNext();
        return new ScalarNode(line, "", IsQuoted: false);
    }
}
