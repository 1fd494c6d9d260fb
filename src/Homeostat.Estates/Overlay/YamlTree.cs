using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Homeostat.Estates.Overlay;

/// <summary>A value of the file with its place; tags, anchors and aliases are refused before it is made.</summary>
internal abstract record YamlValue(Place Place);

/// <param name="IsQuoted">Then it is text, whatever it looks like.</param>
internal sealed record YamlScalar(Place Place, string Text, bool IsQuoted) : YamlValue(Place)
{
    /// <summary>Nothing was written after the key.</summary>
    public bool IsEmpty => !IsQuoted && Text is "" or "~" or "null";
}

internal sealed record YamlList(Place Place, IReadOnlyList<YamlValue> Items) : YamlValue(Place);

internal sealed record YamlMap(Place Place, IReadOnlyList<YamlEntry> Entries) : YamlValue(Place)
{
    public YamlValue? this[string key] =>
        Entries.FirstOrDefault(entry => entry.Key.Text == key)?.Value is { } value and not YamlScalar { IsEmpty: true }
            ? value
            : null;
}

internal sealed record YamlEntry(YamlScalar Key, YamlValue Value);

/// <summary>
/// Reads one YAML document into values with places. It goes on after what it refuses, so that all errors are found at
/// once, and only stops where the text is no YAML.
/// </summary>
internal sealed class YamlTree(string text, Action<Place, string> refuse)
{
    private readonly Parser _parser = new(new StringReader(text));
    private int _nodes;

    /// <summary>The top-level value; null where the text is no YAML, holds nothing or exceeds a limit.</summary>
    public YamlValue? Read()
    {
        try
        {
            return ReadDocument();
        }
        catch (YamlException error)
        {
            var place = PlaceOfTab(error) ?? PlaceOf(error.End, "");
            refuse(place, $"this is not valid YAML: {Plain(error.Message)}");
        }
        catch (LimitException error)
        {
            refuse(error.Place, error.Message);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // On malformed text the scanner throws whatever its code ran into; all of it means that the text is no YAML.
            var place = PlaceOf(_parser.Current?.End ?? Mark.Empty, "");
            refuse(place, "this is not valid YAML, from here on; look for a bracket or a quote that is not closed");
        }

        return null;
    }

    private YamlValue? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
        {
            refuse(new Place(1, 1, ""), "the file is empty; it needs at least `version: 1`");
            return null;
        }

        _parser.Consume<DocumentStart>();
        var root = ReadValue("", depth: 0);
        _parser.Consume<DocumentEnd>();
        if (!_parser.Accept<StreamEnd>(out _))
        {
            refuse(PlaceOf(_parser.Current!.Start, ""), "a second document begins here; an overlay is one document");
        }

        return root;
    }

    private YamlValue ReadValue(string path, int depth)
    {
        var next = _parser.Current ?? throw new YamlException("the text ends too early");
        var place = PlaceOf(next.Start, path);
        if (++_nodes > OverlayLimits.MaxNodes)
        {
            throw new LimitException(place, $"more than {OverlayLimits.MaxNodes} keys and values");
        }

        if (depth > OverlayLimits.MaxDepth)
        {
            throw new LimitException(place, $"nested more than {OverlayLimits.MaxDepth} deep; nothing here is");
        }

        RefuseMarks(next, place);
        return next switch
        {
            MappingStart => ReadMap(place, path, depth),
            SequenceStart => ReadList(place, path, depth),
            _ => ReadScalar(place),
        };
    }

    private YamlMap ReadMap(Place place, string path, int depth)
    {
        _parser.Consume<MappingStart>();
        var entries = new List<YamlEntry>();
        var seen = new Dictionary<string, Place>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadValue(path, depth + 1);
            var name = (key as YamlScalar)?.Text ?? "?";
            var value = ReadValue(path.Length == 0 ? name : $"{path}.{name}", depth + 1);
            if (key is not YamlScalar scalar)
            {
                refuse(key.Place, "a key is a name, not a mapping or a list");
            }
            else if (seen.TryGetValue(name, out var first))
            {
                refuse(key.Place, $"{name} stands here a second time (first in line {first.Line}); keep one of them");
            }
            else
            {
                seen[name] = key.Place;
                entries.Add(new YamlEntry(scalar, value));
            }
        }

        return new YamlMap(place, entries);
    }

    private YamlList ReadList(Place place, string path, int depth)
    {
        _parser.Consume<SequenceStart>();
        var items = new List<YamlValue>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadValue($"{path}[{items.Count}]", depth + 1));
        }

        return new YamlList(place, items);
    }

    private YamlScalar ReadScalar(Place place)
    {
        if (!_parser.TryConsume<Scalar>(out var scalar))
        {
            _parser.MoveNext();
            return new YamlScalar(place, "", IsQuoted: false);
        }

        if (scalar.Value.Length > OverlayLimits.MaxScalarLength)
        {
            refuse(
                place,
                $"a value of {scalar.Value.Length} characters; the longest has {OverlayLimits.MaxScalarLength}"
            );
        }

        return new YamlScalar(place, scalar.Value, scalar.Style != ScalarStyle.Plain);
    }

    private void RefuseMarks(ParsingEvent next, Place place)
    {
        if (next is AnchorAlias || next is NodeEvent { Anchor.IsEmpty: false })
        {
            refuse(place, "anchors and aliases are not read; write the value out");
        }
        else if (next is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } })
        {
            refuse(place, "tags are not read; write the value without one");
        }
    }

    /// <summary>The scanner names the mapping that a tab spoils and not the tab: it is the first one that indents a line.</summary>
    private Place? PlaceOfTab(YamlException error)
    {
        if (!error.Message.Contains("tab", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var line = text.Split('\n').Index().FirstOrDefault(line => line.Item.TrimStart(' ').StartsWith('\t'));
        return line.Item is null ? null : new Place(line.Index + 1, line.Item.IndexOf('\t') + 1, "");
    }

    private static Place PlaceOf(Mark mark, string path) =>
        new(Math.Max(1, (int)mark.Line), Math.Max(1, (int)mark.Column), path);

    private static string Plain(string message) => message.ReplaceLineEndings(" ").TrimEnd('.', ' ');

    private sealed class LimitException(Place place, string message) : Exception(message)
    {
        public Place Place => place;
    }
}
