using System.Text.Json;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Terraform;

/// <summary>Where a resource is, from its own attributes, from its ARN and from the provider's configuration.</summary>
internal sealed class Locations
{
    private readonly Dictionary<Location, Location> _known = [];
    private readonly Dictionary<string, (string? Region, string? Account)> _arnHeads = [];
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
        var arn = instance.Values.Text("arn");
        var (arnRegion, arnAccount) = OfArn(arn ?? instance.CloudId);
        var zone = instance.Values.Text("availability_zone") is { Length: > 0 } text ? text : null;
        var region =
            instance.Values.Text("region")
            ?? RegionOf(zone)
            ?? arnRegion
            ?? (arn is null && !IsGlobal(instance.Type) ? _providerRegions.GetValueOrDefault(instance.Provider) : null);
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

    /// <summary>An estate has few heads of ARNs: what each says is remembered.</summary>
    private (string? Region, string? Account) OfArn(string? arn)
    {
        if (arn is null || !arn.StartsWith("arn:", StringComparison.Ordinal))
        {
            return (null, null);
        }

        Span<Range> parts = stackalloc Range[6];
        if (arn.AsSpan().Split(parts, ':') < 6)
        {
            return (null, null);
        }

        var head = arn.AsSpan(0, parts[4].End.Value);
        var heads = _arnHeads.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!heads.TryGetValue(head, out var known))
        {
            known = (NullIfEmpty(arn[parts[3]]), NullIfEmpty(arn[parts[4]]));
            heads[head] = known;
        }

        return known;
    }

    /// <summary><c>eu-west-1a</c> lies in <c>eu-west-1</c>; a local zone's name says its region otherwise and is left alone.</summary>
    private static string? RegionOf(string? zone) =>
        zone is [.., (>= '0' and <= '9'), (>= 'a' and <= 'z')] && zone.Count(character => character == '-') is 2 or 3
            ? zone[..^1]
            : null;

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
