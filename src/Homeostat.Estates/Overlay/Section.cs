using System.Globalization;

namespace Homeostat.Estates.Overlay;

/// <summary>One mapping of the file. What is missing or wrong is refused and read as if it were not there.</summary>
internal sealed class Section
{
    private readonly YamlMap _map;
    private readonly KeySet _keys;
    private readonly Action<Place, string> _refuse;

    public Section(YamlMap map, KeySet keys, Action<Place, string> refuse)
    {
        (_map, _keys, _refuse) = (map, keys, refuse);
        foreach (var entry in map.Entries.Where(entry => !keys.Keys.Contains(entry.Key.Text)))
        {
            refuse(
                entry.Key.Place with
                {
                    Path = entry.Value.Place.Path,
                },
                $"{entry.Key.Text} is no key of this mapping{Suggestion.DidYouMean(entry.Key.Text, keys.Keys)} "
                    + $"(it has {string.Join(", ", keys.Keys)})"
            );
        }
    }

    public Place Place => _map.Place;

    public void Refuse(string message) => _refuse(Place, message);

    public void RefuseAt(Place place, string message) => _refuse(place, message);

    public void Refuse(string key, string message) => _refuse(PlaceOf(key), message);

    /// <summary>Where the key's value stands, or where the mapping begins that lacks it.</summary>
    public Place PlaceOf(string key) => Find(key)?.Place ?? Place;

    public bool Has(string key) => Find(key) is not null;

    public string? Text(string key) => Scalar(key)?.Text is { } text ? Checked(key, text) : null;

    /// <summary>The text, refused where it is missing.</summary>
    public string? RequiredText(string key)
    {
        if (!Has(key))
        {
            Refuse($"{key} is missing");
        }

        return Text(key);
    }

    /// <summary>What the text says; refused with <paramref name="form"/> where it says nothing.</summary>
    public T? Parsed<T>(string key, Func<string, T?> parse, string form)
        where T : struct
    {
        if (Scalar(key) is not { } scalar)
        {
            return null;
        }

        var value = parse(scalar.Text);
        if (value is null)
        {
            _refuse(scalar.Place, $"found '{Excerpt(scalar.Text)}'; {form}");
        }

        return value;
    }

    public TimeSpan? Duration(string key) => Parsed(key, text => Notation.Duration(text), Notation.DurationForm);

    public DateTimeOffset? Time(string key) => Parsed(key, Notation.Time, Notation.TimeForm);

    public int? Integer(string key, int min, int max) =>
        Parsed<int>(
            key,
            text =>
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                && value >= min
                && value <= max
                    ? value
                    : null,
            $"a whole number from {min} to {max} is right"
        );

    public double? Number(string key, double min, double max) =>
        Parsed(key, text => ToNumber(text, min, max), NumberForm(min, max));

    public bool? Flag(string key) =>
        Parsed<bool>(
            key,
            text =>
                text switch
                {
                    "true" => true,
                    "false" => false,
                    _ => null,
                },
            "true or false is right"
        );

    public T? Choice<T>(string key, IReadOnlyDictionary<string, T> choices)
        where T : struct =>
        Parsed<T>(
            key,
            text => choices.TryGetValue(text, out var value) ? value : null,
            $"one of {string.Join(", ", choices.Keys)} is right"
        );

    /// <summary>A list of texts, or a single text instead of a list of one; null where the key is absent.</summary>
    public IReadOnlyList<Written<string>>? Texts(string key, bool areDistinct = true)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case YamlScalar scalar:
                return Checked(key, scalar.Text) is { } text ? [new(text, scalar.Place)] : [];
            case YamlList list:
                return TextsOf(list, areDistinct);
            case { } other:
                _refuse(other.Place, "found a mapping; a list of texts is right");
                return null;
        }
    }

    /// <summary>A list of distinct choices; null where the key is absent.</summary>
    public IReadOnlyList<T>? Choices<T>(string key, IReadOnlyDictionary<string, T> choices)
        where T : struct
    {
        var found = new List<T>();
        foreach (var (text, place) in Texts(key) ?? [])
        {
            if (choices.TryGetValue(text, out var value))
            {
                found.Add(value);
            }
            else
            {
                _refuse(
                    place,
                    $"found '{Excerpt(text)}'; one of {string.Join(", ", choices.Keys)} is right"
                        + Suggestion.DidYouMean(text, choices.Keys)
                );
            }
        }

        return Has(key) ? found : null;
    }

    public IReadOnlyList<double>? Numbers(string key, double min, double max)
    {
        var found = new List<double>();
        foreach (var (text, place) in Texts(key, areDistinct: false) ?? [])
        {
            if (ToNumber(text, min, max) is { } number)
            {
                found.Add(number);
            }
            else
            {
                _refuse(place, $"found '{Excerpt(text)}'; {NumberForm(min, max)}");
            }
        }

        return Has(key) ? found : null;
    }

    /// <summary>The mapping under the key; null where it is absent or is none.</summary>
    public Section? Child(string key, KeySet keys) => Find(key) is { } value ? AsSection(value, keys) : null;

    /// <summary>The mappings of the list under the key.</summary>
    public IEnumerable<Section> Children(string key, KeySet keys)
    {
        switch (Find(key))
        {
            case null:
                return [];
            case YamlList list:
                return list.Items.Select(item => AsSection(item, keys)).OfType<Section>().ToList();
            case { } other:
                _refuse(other.Place, $"found {Describe(other)}; a list is right: begin each item with `- `");
                return [];
        }
    }

    /// <summary>The mappings under names that the writer chose.</summary>
    public IEnumerable<(Written<string> Name, Section Section)> Named(string key, KeySet keys) =>
        [
            .. EntriesOf(key)
                .Select(entry => (NameOf(entry), AsSection(entry.Value, keys)!))
                .Where(pair => pair.Item2 is not null),
        ];

    /// <summary>The scalars under names that the writer chose.</summary>
    public IEnumerable<(Written<string> Name, YamlScalar Value)> NamedScalars(string key)
    {
        foreach (var entry in EntriesOf(key))
        {
            if (entry.Value is YamlScalar { IsEmpty: false } scalar)
            {
                yield return (NameOf(entry), scalar);
            }
            else
            {
                _refuse(entry.Value.Place, $"found {Describe(entry.Value)}; a text, a number or a flag is right");
            }
        }
    }

    private IReadOnlyList<YamlEntry> EntriesOf(string key)
    {
        switch (Find(key))
        {
            case null:
                return [];
            case YamlMap map:
                return map.Entries;
            case { } other:
                _refuse(other.Place, $"found {Describe(other)}; a mapping of names is right");
                return [];
        }
    }

    private static Written<string> NameOf(YamlEntry entry) =>
        new(entry.Key.Text, entry.Key.Place with { Path = entry.Value.Place.Path });

    private Section? AsSection(YamlValue value, KeySet keys)
    {
        if (value is YamlMap map)
        {
            return new Section(map, keys, _refuse);
        }

        _refuse(value.Place, $"found {Describe(value)}; a mapping with {string.Join(", ", keys.Keys)} is right");
        return null;
    }

    private List<Written<string>> TextsOf(YamlList list, bool areDistinct)
    {
        var texts = new List<Written<string>>();
        var seen = new HashSet<string>();
        foreach (var item in list.Items)
        {
            if (item is not YamlScalar { IsEmpty: false, Text.Length: > 0 } scalar)
            {
                _refuse(item.Place, $"found {Describe(item)}; a text is right");
            }
            else if (areDistinct && !seen.Add(scalar.Text))
            {
                _refuse(scalar.Place, $"'{Excerpt(scalar.Text)}' stands in this list twice; keep one");
            }
            else
            {
                texts.Add(new(scalar.Text, scalar.Place));
            }
        }

        return texts;
    }

    private YamlScalar? Scalar(string key)
    {
        var value = Find(key);
        if (value is null or YamlScalar)
        {
            return value as YamlScalar;
        }

        _refuse(value.Place, $"found {Describe(value)}; a single value is right");
        return null;
    }

    private YamlValue? Find(string key) =>
        _keys.Keys.Contains(key)
            ? _map[key]
            : throw new InvalidOperationException($"{key} is not in the key set {_keys.Name}");

    private string? Checked(string key, string text)
    {
        if (text.Length > 0)
        {
            return text;
        }

        Refuse(key, "found an empty text; leave the key out or write something");
        return null;
    }

    private static double? ToNumber(string text, double min, double max) =>
        double.TryParse(
            text,
            NumberStyles.Float & ~NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture,
            out var number
        )
        && number >= min
        && number <= max
            ? number
            : null;

    private static string NumberForm(double min, double max) =>
        $"a number from {min.ToString(CultureInfo.InvariantCulture)} to {max.ToString(CultureInfo.InvariantCulture)} is right";

    private static string Describe(YamlValue value) =>
        value switch
        {
            YamlMap => "a mapping",
            YamlList => "a list",
            YamlScalar { IsEmpty: true } => "nothing",
            YamlScalar scalar => $"'{Excerpt(scalar.Text)}'",
            _ => "something else",
        };

    private static string Excerpt(string text)
    {
        var plain = text.ReplaceLineEndings(" ");
        return plain.Length <= 60 ? plain : $"{plain[..60]}…";
    }
}
