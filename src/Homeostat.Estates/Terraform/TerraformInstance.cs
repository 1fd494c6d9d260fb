using System.Text.Json;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Terraform;

/// <summary>One managed resource instance as a reader found it, whatever format the file had.</summary>
internal sealed record TerraformInstance
{
    /// <summary>The address without a deposed key.</summary>
    public required string Address { get; init; }

    public required string Type { get; init; }

    /// <summary>The provider's source as the file writes it.</summary>
    public string Provider { get; init; } = "";

    public required JsonElement Values { get; init; }

    /// <summary>Some attribute's value is hidden, so that the whole configuration is not known.</summary>
    public bool HidesValues { get; init; }

    /// <summary>What the state says it was made after: configuration addresses, without keys.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>The key of an object that was replaced and still waits to be destroyed; null for the current one.</summary>
    public string? Deposed { get; init; }

    public bool Tainted { get; init; }

    public string Id => IdOf(Address, Deposed);

    public string? CloudId => Values.Member("id")?.AsScalar();

    public static string IdOf(string address, string? deposed) =>
        deposed is null ? address : $"{address} (deposed {deposed})";

    /// <summary>The provider's local name: <c>aws</c> of <c>provider["registry.terraform.io/hashicorp/aws"].west</c>.</summary>
    public string ProviderName
    {
        get
        {
            var start = Provider.LastIndexOf('/') + 1;
            var end = Provider.IndexOf('"', start);
            var name = end < 0 ? Provider[start..] : Provider[start..end];
            return name.StartsWith("provider.", StringComparison.Ordinal) ? name.Split('.')[1] : name;
        }
    }
}

/// <summary>What a reader made of one file.</summary>
internal sealed record TerraformContent(TerraformFormat Format, IReadOnlyList<TerraformInstance> Instances)
{
    public string? Lineage { get; init; }

    public long? Serial { get; init; }

    public string? TerraformVersion { get; init; }

    public DateTimeOffset? Timestamp { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];
}
