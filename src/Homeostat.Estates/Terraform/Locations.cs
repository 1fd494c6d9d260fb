using System.Text.Json;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Terraform;

/// <summary>Where a resource is, from its own attributes, from its ARN and from the provider's configuration.</summary>
internal sealed class Locations
{
    private readonly Dictionary<Location, Location> _known = [];
    private readonly Dictionary<string, string> _providerRegions = [];

    public Locations(JsonElement? configuration)
    {
        if (configuration?.Member("provider_config") is not { ValueKind: JsonValueKind.Object } providers)
        {
            return;
        }

        foreach (var provider in providers.EnumerateObject())
        {
            var region = provider.Value.Member("expressions")?.Member("region")?.Text("constant_value");
            if (
                region is not null
                && provider.Value.Text("alias") is null
                && provider.Value.Text("full_name") is { } name
            )
            {
                _providerRegions.TryAdd(name, region);
            }
        }
    }

    /// <summary>Equal locations are one object: an estate has few of them.</summary>
    public Location Of(TerraformInstance instance)
    {
        var (arnRegion, arnAccount) = OfArn(instance.Values.Text("arn") ?? instance.CloudId);
        var zone = instance.Values.Text("availability_zone") is { Length: > 0 } text ? text : null;
        var region =
            instance.Values.Text("region")
            ?? RegionOf(zone)
            ?? arnRegion
            ?? (
                instance.Values.Text("arn") is null && !IsGlobal(instance.Type)
                    ? _providerRegions.GetValueOrDefault(instance.Provider)
                    : null
            );
        var account = arnAccount ?? instance.Values.Text("owner_id") ?? instance.Values.Text("account_id");
        var location = new Location(instance.ProviderName, account, region, zone);
        if (!_known.TryGetValue(location, out var known))
        {
            _known[location] = known = location;
        }

        return known;
    }

    /// <summary>These services stand in no region, wherever their provider does.</summary>
    private static bool IsGlobal(string type) =>
        type.StartsWith("aws_iam_", StringComparison.Ordinal)
        || type.StartsWith("aws_route53_", StringComparison.Ordinal)
        || type.StartsWith("aws_cloudfront_", StringComparison.Ordinal);

    private static (string? Region, string? Account) OfArn(string? arn) =>
        arn is not null
        && arn.StartsWith("arn:", StringComparison.Ordinal)
        && arn.Split(':', 6) is [_, _, _, var region, var account, _]
            ? (NullIfEmpty(region), NullIfEmpty(account))
            : (null, null);

    /// <summary><c>eu-west-1a</c> lies in <c>eu-west-1</c>; a local zone's name says its region otherwise and is left alone.</summary>
    private static string? RegionOf(string? zone) =>
        zone is [.., (>= '0' and <= '9'), (>= 'a' and <= 'z')] && zone.Count(character => character == '-') is 2 or 3
            ? zone[..^1]
            : null;

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
