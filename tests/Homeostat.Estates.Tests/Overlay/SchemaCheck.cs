using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Homeostat.Estates.Tests.Overlay;

/// <summary>As much of JSON Schema as docs/homeostat.schema.json uses; a word that it does not know fails the test.</summary>
internal sealed class SchemaCheck(JsonObject schema)
{
    private static readonly string[] Silent = ["$schema", "$defs", "title", "description"];

    public IReadOnlyList<string> Errors(JsonNode? value) => [.. Errors(schema, value, "")];

    private IEnumerable<string> Errors(JsonObject rule, JsonNode? value, string path) =>
        rule.Where(word => !Silent.Contains(word.Key))
            .SelectMany(word => Errors(rule, word.Key, word.Value!, value, path));

    private IEnumerable<string> Errors(JsonObject rule, string word, JsonNode argument, JsonNode? value, string path)
    {
        switch (word)
        {
            case "$ref":
                return Errors(
                    schema["$defs"]![argument.GetValue<string>()["#/$defs/".Length..]]!.AsObject(),
                    value,
                    path
                );
            case "anyOf":
                return Holding(argument, value, path) >= 1 ? [] : [$"{path}: none of anyOf holds"];
            case "oneOf":
                return Holding(argument, value, path) == 1 ? [] : [$"{path}: not exactly one of oneOf holds"];
            case "type":
                return Types(argument).Any(type => IsOf(type, value)) ? [] : [$"{path}: not {argument.ToJsonString()}"];
            case "const":
                return JsonNode.DeepEquals(argument, value) ? [] : [$"{path}: not {argument.ToJsonString()}"];
            case "enum":
                return argument.AsArray().Any(choice => JsonNode.DeepEquals(choice, value))
                    ? []
                    : [$"{path}: not in the enum"];
            default:
                return value switch
                {
                    JsonObject map => OfMap(rule, word, argument, map, path),
                    JsonArray list => OfList(word, argument, list, path),
                    _ => OfScalar(word, argument, value, path),
                };
        }
    }

    private IEnumerable<string> OfMap(JsonObject rule, string word, JsonNode argument, JsonObject map, string path) =>
        word switch
        {
            "properties" => argument
                .AsObject()
                .Where(property => map.ContainsKey(property.Key))
                .SelectMany(property =>
                    Errors(property.Value!.AsObject(), map[property.Key], $"{path}.{property.Key}")
                ),
            "required" => argument
                .AsArray()
                .Where(name => !map.ContainsKey(name!.GetValue<string>()))
                .Select(name => $"{path}: {name} is missing"),
            "additionalProperties" => map.Where(member =>
                    rule["properties"]?.AsObject().ContainsKey(member.Key) != true
                )
                .SelectMany(member =>
                    argument is JsonObject other
                        ? Errors(other, member.Value, $"{path}.{member.Key}")
                        : [$"{path}: {member.Key} is no property"]
                ),
            "minProperties" => map.Count >= argument.GetValue<int>() ? [] : [$"{path}: too few properties"],
            "dependentRequired" => argument
                .AsObject()
                .Where(pair =>
                    map.ContainsKey(pair.Key)
                    && pair.Value!.AsArray().Any(name => !map.ContainsKey(name!.GetValue<string>()))
                )
                .Select(pair => $"{path}: {pair.Key} needs another"),
            _ => Unknown(word),
        };

    private IEnumerable<string> OfList(string word, JsonNode argument, JsonArray list, string path) =>
        word switch
        {
            "items" => list.SelectMany((item, at) => Errors(argument.AsObject(), item, $"{path}[{at}]")),
            "minItems" => list.Count >= argument.GetValue<int>() ? [] : [$"{path}: too few items"],
            "maxItems" => list.Count <= argument.GetValue<int>() ? [] : [$"{path}: too many items"],
            "uniqueItems" => list.Select(item => item?.ToJsonString()).Distinct().Count() == list.Count
                ? []
                : [$"{path}: twice"],
            _ => Unknown(word),
        };

    private static IEnumerable<string> OfScalar(string word, JsonNode argument, JsonNode? value, string path)
    {
        var text = value?.GetValueKind() == System.Text.Json.JsonValueKind.String ? value.GetValue<string>() : null;
        double? number =
            value?.GetValueKind() == System.Text.Json.JsonValueKind.Number ? value.GetValue<double>() : null;
        return word switch
        {
            "pattern" => text is null
            || Regex.IsMatch(text, argument.GetValue<string>(), RegexOptions.None, TimeSpan.FromSeconds(1))
                ? []
                : [$"{path}: '{text}' does not match"],
            "minLength" => text is null || text.Length >= argument.GetValue<int>() ? [] : [$"{path}: too short"],
            "minimum" => number is null || number >= argument.GetValue<double>() ? [] : [$"{path}: too small"],
            "maximum" => number is null || number <= argument.GetValue<double>() ? [] : [$"{path}: too large"],
            _ => Unknown(word),
        };
    }

    /// <summary>A word about another type says nothing of this one; a word that nobody knows is a hole in the check.</summary>
    private static IEnumerable<string> Unknown(string word)
    {
        string[] known =
        [
            "properties",
            "required",
            "additionalProperties",
            "minProperties",
            "dependentRequired",
            "items",
            "minItems",
            "maxItems",
            "uniqueItems",
            "pattern",
            "minLength",
            "minimum",
            "maximum",
        ];
        return known.Contains(word) ? [] : throw new InvalidOperationException($"the check does not know {word}");
    }

    private int Holding(JsonNode choices, JsonNode? value, string path) =>
        choices.AsArray().Count(choice => !Errors(choice!.AsObject(), value, path).Any());

    private static IEnumerable<string> Types(JsonNode argument) =>
        argument is JsonArray several
            ? several.Select(type => type!.GetValue<string>())
            : [argument.GetValue<string>()];

    private static bool IsOf(string type, JsonNode? value) =>
        type switch
        {
            "null" => value is null,
            "object" => value is JsonObject,
            "array" => value is JsonArray,
            "integer" => value is JsonValue
                && double.TryParse(value.ToJsonString(), CultureInfo.InvariantCulture, out var n)
                && n == Math.Floor(n),
            "number" => value?.GetValueKind() == System.Text.Json.JsonValueKind.Number,
            "boolean" => value?.GetValueKind()
                is System.Text.Json.JsonValueKind.True
                    or System.Text.Json.JsonValueKind.False,
            "string" => value?.GetValueKind() == System.Text.Json.JsonValueKind.String,
            _ => throw new InvalidOperationException($"the check does not know the type {type}"),
        };
}

/// <summary>YAML as an editor takes it: plain scalars are numbers, flags or nothing where they look like it.</summary>
internal static class YamlAsJson
{
    public static JsonNode? Read(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));

        // Through its text, so that every number is one that can be asked for as any type.
        return JsonNode.Parse(Convert(stream.Documents[0].RootNode)!.ToJsonString());
    }

    private static JsonNode? Convert(YamlNode node) =>
        node switch
        {
            YamlMappingNode map => new JsonObject(
                map.Children.Select(child =>
                    KeyValuePair.Create(((YamlScalarNode)child.Key).Value!, Convert(child.Value))
                )
            ),
            YamlSequenceNode list => new JsonArray([.. list.Children.Select(Convert)]),
            YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } scalar => Plain(scalar.Value ?? ""),
            YamlScalarNode scalar => JsonValue.Create(scalar.Value),
            _ => throw new InvalidOperationException("an alias"),
        };

    private static JsonValue? Plain(string text) =>
        text switch
        {
            "" or "~" or "null" => null,
            "true" => JsonValue.Create(true),
            "false" => JsonValue.Create(false),
            _ when int.TryParse(text, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
            _ when double.TryParse(text, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
            _ => JsonValue.Create(text),
        };
}
