using System.Text.Json;

namespace Homeostat.Estates.Terraform;

/// <summary>Reads what <c>terraform show -json</c> writes of a state: modules inside modules, each with its resources.</summary>
internal static class ShownReader
{
    public static TerraformContent Read(TerraformDocument document) =>
        new(TerraformFormat.ShowState, ReadValues(document, document.Root, "values"))
        {
            TerraformVersion = document.Root.Text("terraform_version"),
            Timestamp = Timestamp(document),
        };

    /// <exception cref="Core.Estate.EstateSourceException">The timestamp is no time.</exception>
    public static DateTimeOffset? Timestamp(TerraformDocument document) =>
        document.Root.Member("timestamp") switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } text when text.TryGetDateTimeOffset(out var time) => time,
            _ => throw document.Refuse("timestamp", "this is no time", "give one like 2026-01-31T12:00:00Z"),
        };

    /// <summary>The managed resources of a state as it stands inside <paramref name="holder"/>; none where it has no values.</summary>
    public static List<TerraformInstance> ReadValues(TerraformDocument document, JsonElement holder, string place)
    {
        var instances = new List<TerraformInstance>();
        if (holder.Member("values")?.Member("root_module") is { } root)
        {
            ReadModule(document, root, $"{place}.root_module", 0, instances);
        }

        return instances;
    }

    private static void ReadModule(
        TerraformDocument document,
        JsonElement module,
        string place,
        int depth,
        List<TerraformInstance> instances
    )
    {
        if (depth > TerraformLimits.MaxModuleDepth)
        {
            throw document.Refuse(
                place,
                $"modules are nested deeper than {TerraformLimits.MaxModuleDepth}",
                "flatten the modules"
            );
        }

        var prefix = module.Text("address") is { Length: > 0 } address ? address + "." : "";
        var index = 0;
        foreach (var resource in module.Items("resources"))
        {
            if (ReadResource(document, resource, $"{place}.resources[{index++}]") is { } instance)
            {
                // The first versions of the format left the module out of the address.
                var isWhole = instance.Address.StartsWith(prefix, StringComparison.Ordinal);
                instances.Add(isWhole ? instance : instance with { Address = prefix + instance.Address });
            }
        }

        index = 0;
        foreach (var child in module.Items("child_modules"))
        {
            ReadModule(document, child, $"{place}.child_modules[{index++}]", depth + 1, instances);
        }
    }

    private static TerraformInstance? ReadResource(TerraformDocument document, JsonElement resource, string place)
    {
        if (resource.Text("mode") == "data")
        {
            return null;
        }

        if (
            resource.Text("address") is not { Length: > 0 } address
            || resource.Text("type") is not { Length: > 0 } type
        )
        {
            throw document.Refuse(place, "a resource has an address and a type", Remedies.WholeFile);
        }

        return new TerraformInstance
        {
            Address = Keyed(address, resource),
            Type = type,
            Provider = resource.Text("provider_name") ?? "",
            Values = resource.Member("values") ?? NoValues,
            HidesValues = resource.Member("sensitive_values") is { } hidden && HasTrue(hidden),
            DependsOn = StateV4Reader.Texts(resource, "depends_on"),
            Deposed = resource.Text("deposed_key"),
            Tainted = resource.Member("tainted")?.AsFlag() == true,
        };
    }

    /// <summary>The first versions of the format left the key out of the address and wrote it beside.</summary>
    private static string Keyed(string address, JsonElement resource) =>
        address.EndsWith(']')
            ? address
            : resource.Member("index") switch
            {
                { ValueKind: JsonValueKind.Number } number => $"{address}[{number.GetRawText()}]",
                { ValueKind: JsonValueKind.String } text => $"{address}[{StateV4Reader.Quote(text.GetString()!)}]",
                _ => address,
            };

    public static JsonElement NoValues { get; } = JsonSerializer.SerializeToElement(new { });

    /// <summary>Whether a tree of marks has a mark in it.</summary>
    public static bool HasTrue(JsonElement marks) =>
        marks.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.Array => marks.EnumerateArray().Any(HasTrue),
            JsonValueKind.Object => marks.EnumerateObject().Any(member => HasTrue(member.Value)),
            _ => false,
        };
}
