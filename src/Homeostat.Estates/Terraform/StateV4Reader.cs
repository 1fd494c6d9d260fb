using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Terraform;

/// <summary>Reads the raw state of Terraform 0.12 and later: resources, each with its instances.</summary>
internal static class StateV4Reader
{
    public static TerraformContent Read(TerraformDocument document)
    {
        if (document.Root.Member("resources") is not { ValueKind: JsonValueKind.Array } resources)
        {
            throw document.Refuse("resources", "a version 4 state has a list of resources here", Remedies.WholeFile);
        }

        var instances = new List<TerraformInstance>();
        var index = 0;
        foreach (var resource in resources.EnumerateArray())
        {
            ReadResource(document, resource, $"resources[{index++}]", instances);
        }

        return new TerraformContent(TerraformFormat.StateV4, instances)
        {
            Lineage = document.Root.Text("lineage"),
            Serial =
                document.Root.Member("serial") is { ValueKind: JsonValueKind.Number } serial
                && serial.TryGetInt64(out var number)
                    ? number
                    : null,
            TerraformVersion = document.Root.Text("terraform_version"),
        };
    }

    private static void ReadResource(
        TerraformDocument document,
        JsonElement resource,
        string place,
        List<TerraformInstance> instances
    )
    {
        if (resource.Text("mode") == "data")
        {
            return;
        }

        if (resource.Text("type") is not { Length: > 0 } type || resource.Text("name") is not { Length: > 0 } name)
        {
            throw document.Refuse(place, "a resource has a type and a name", Remedies.WholeFile);
        }

        var module = resource.Text("module") is { Length: > 0 } path ? path + "." : "";
        var provider = resource.Text("provider") ?? "";
        foreach (var instance in resource.Items("instances"))
        {
            var address = $"{module}{type}.{name}{Key(instance)}";
            instances.Add(ReadInstance(document, instance, address, type, provider));
        }
    }

    private static TerraformInstance ReadInstance(
        TerraformDocument document,
        JsonElement instance,
        string address,
        string type,
        string provider
    )
    {
        var flat = instance.Member("attributes_flat");
        var values = flat is null ? instance.Member("attributes") : FlatAttributes.Nest(flat.Value);
        if (values is not { ValueKind: JsonValueKind.Object } attributes)
        {
            throw document.Refuse(address, "an instance has an object of attributes", Remedies.WholeFile);
        }

        return new TerraformInstance
        {
            Address = address,
            Type = type,
            Provider = provider,
            Values = attributes,
            HidesValues = instance.Items("sensitive_attributes").Any(),
            DependsOn = Texts(instance, "dependencies") is { Length: > 0 } all ? all : Texts(instance, "depends_on"),
            Deposed = instance.Text("deposed"),
            Tainted = instance.Text("status") == "tainted",
        };
    }

    internal static string[] Texts(JsonElement element, string name) =>
        [.. element.Items(name).Select(item => item.AsText()).OfType<string>()];

    private static string Key(JsonElement instance) =>
        instance.Member("index_key") switch
        {
            { ValueKind: JsonValueKind.Number } number => $"[{number.GetRawText()}]",
            { ValueKind: JsonValueKind.String } text => $"[{Quote(text.GetString()!)}]",
            _ => "",
        };

    /// <summary>Quotes a key the way Terraform writes it in an address.</summary>
    internal static string Quote(string key)
    {
        var text = new StringBuilder(key.Length + 2).Append('"');
        foreach (var character in key)
        {
            _ = character switch
            {
                '"' or '\\' => text.Append('\\').Append(character),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                _ => text.Append(character),
            };
        }

        return text.Append('"').ToString();
    }
}

/// <summary>
/// Nests the flat attributes of old states: <c>a.#</c>, <c>a.123.b</c> become lists, <c>a.%</c>, <c>a.k</c> maps. The order of
/// a set is not kept, and every value stays a text.
/// </summary>
internal static class FlatAttributes
{
    public static JsonElement Nest(JsonElement flat)
    {
        var root = new JsonObject();
        foreach (var attribute in flat.EnumerateObject().OrderBy(pair => pair.Name, StringComparer.Ordinal))
        {
            if (attribute.Value.AsScalar() is { } value && !attribute.Name.EndsWith(".%", StringComparison.Ordinal))
            {
                Place(root, attribute.Name.Split('.', TerraformLimits.MaxEmbeddedDepth), value);
            }
        }

        return JsonSerializer.SerializeToElement<JsonNode>(Listed(root), JsonSerializerOptions.Default);
    }

    private static void Place(JsonObject root, string[] path, string value)
    {
        var at = root;
        foreach (var step in path.SkipLast(1))
        {
            if (at[step] is not JsonObject next)
            {
                next = [];
                at[step] = next;
            }

            at = next;
        }

        if (at[path[^1]] is not JsonObject)
        {
            at[path[^1]] = value;
        }
    }

    /// <summary>An object with a count is a list of its other members.</summary>
    private static JsonNode Listed(JsonObject node)
    {
        var isList = node.ContainsKey("#");
        var members = node.Where(pair => pair.Key != "#")
            .Select(pair =>
                (pair.Key, Value: pair.Value is JsonObject inner ? Listed(inner) : pair.Value?.DeepClone())
            );
        return isList
            ? new JsonArray([.. members.Select(member => member.Value)])
            : new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, member.Value)));
    }
}
