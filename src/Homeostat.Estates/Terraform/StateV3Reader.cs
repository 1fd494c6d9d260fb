using System.Text.Json;

namespace Homeostat.Estates.Terraform;

/// <summary>Reads the raw state of Terraform 0.7 to 0.11: modules, each with a map from <c>type.name.index</c> to an instance.</summary>
internal static class StateV3Reader
{
    private static readonly JsonElement NoAttributes = JsonSerializer.SerializeToElement(new { });

    public static TerraformContent Read(TerraformDocument document)
    {
        var instances = new List<TerraformInstance>();
        var index = 0;
        foreach (var module in document.Root.Items("modules"))
        {
            ReadModule(document, module, $"modules[{index++}]", instances);
        }

        return new TerraformContent(TerraformFormat.StateV3, instances)
        {
            Lineage = document.Root.Text("lineage"),
            Serial = (long?)document.Root.Member("serial")?.AsNumber(),
            TerraformVersion = document.Root.Text("terraform_version"),
        };
    }

    private static void ReadModule(
        TerraformDocument document,
        JsonElement module,
        string place,
        List<TerraformInstance> instances
    )
    {
        var prefix = string.Concat(StateV4Reader.Texts(module, "path").Skip(1).Select(step => $"module.{step}."));
        if (module.Member("resources") is not { ValueKind: JsonValueKind.Object } resources)
        {
            return;
        }

        foreach (var resource in resources.EnumerateObject())
        {
            var parts = resource.Name.Split('.');
            if (parts[0] == "data")
            {
                continue;
            }

            if (parts.Length is < 2 or > 3 || parts.Any(part => part.Length == 0))
            {
                throw document.Refuse(
                    $"{place}.resources.{resource.Name}",
                    "a resource's key is type.name or type.name.index",
                    Remedies.WholeFile
                );
            }

            var address = $"{prefix}{parts[0]}.{parts[1]}{(parts.Length == 3 ? $"[{parts[2]}]" : "")}";
            ReadResource(resource.Value, address, parts[0], prefix, instances);
        }
    }

    private static void ReadResource(
        JsonElement resource,
        string address,
        string type,
        string prefix,
        List<TerraformInstance> instances
    )
    {
        var instance = new TerraformInstance
        {
            Address = address,
            Type = type,
            Provider = resource.Text("provider") ?? "",
            Values = NoAttributes,
            DependsOn = [.. StateV4Reader.Texts(resource, "depends_on").Select(name => prefix + name)],
        };
        if (resource.Member("primary") is { ValueKind: JsonValueKind.Object } primary)
        {
            instances.Add(
                instance with
                {
                    Values = Attributes(primary),
                    Tainted = primary.Member("tainted")?.AsFlag() == true,
                }
            );
        }

        var number = 0;
        foreach (var deposed in resource.Items("deposed"))
        {
            instances.Add(instance with { Values = Attributes(deposed), Deposed = $"{++number:x8}" });
        }
    }

    private static JsonElement Attributes(JsonElement instance) =>
        instance.Member("attributes") is { ValueKind: JsonValueKind.Object } flat
            ? FlatAttributes.Nest(flat)
            : NoAttributes;
}
