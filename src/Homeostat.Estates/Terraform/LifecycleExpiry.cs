using System.Text.Json;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Terraform;

/// <summary>What the rules of an S3 lifecycle let expire that the old ones did not: content that is lost later.</summary>
internal static class LifecycleExpiry
{
    public static IEnumerable<Effect> Of(PlanChange change, AttributeChange attribute, Owner bucket)
    {
        if (change.Is("create") && bucket.IsNew)
        {
            return [];
        }

        // One rule of several may be unknown: then nobody knows when what goes.
        if (attribute.IsUnknown)
        {
            return [Lost(bucket.Id, Extent.Everything, TimeSpan.Zero)];
        }

        var before = (change.Before ?? ShownReader.NoValues).Items("rule").ToList();
        return (change.After ?? ShownReader.NoValues)
            .Items("rule")
            .Where(rule => !before.Exists(old => JsonElement.DeepEquals(old, rule)))
            .Where(rule => rule.Text("status") != "Disabled")
            .SelectMany(rule => Of(rule, bucket.Id));
    }

    private static IEnumerable<Effect> Of(JsonElement rule, ResourceId bucket)
    {
        foreach (var expiration in rule.Items("expiration"))
        {
            if (expiration.Member("days") is not null || expiration.Text("date") is { Length: > 0 })
            {
                yield return Lost(
                    bucket,
                    IsFiltered(rule) ? Losses.SomeOfIt : Extent.Everything,
                    Days(expiration, "days")
                );
            }
        }

        foreach (var old in rule.Items("noncurrent_version_expiration"))
        {
            yield return Lost(bucket, Losses.SomeOfIt, Days(old, "noncurrent_days"));
        }
    }

    /// <summary>A prefix that is not empty, a tag, or a size: some of the objects stay.</summary>
    private static bool IsFiltered(JsonElement rule) =>
        rule.Text("prefix") is { Length: > 0 }
        || rule.Items("filter").Any(filter => filter.EnumerateObject().Any(part => IsNarrow(part.Value)));

    private static bool IsNarrow(JsonElement part) =>
        part.ValueKind == JsonValueKind.Number ? part.AsNumber() > 0 : !AttributeDifference.IsEmpty(part);

    private static TimeSpan Days(JsonElement expiration, string name) =>
        expiration.Member(name)?.AsNumber() is > 0 and < 36_500 and var days ? TimeSpan.FromDays(days) : TimeSpan.Zero;

    private static Effect.LoseData Lost(ResourceId bucket, Extent extent, TimeSpan delay) =>
        new(bucket, DataBuilder.AssetOf(bucket), extent) { Delay = delay };
}

/// <summary>How much is lost where nobody counts it.</summary>
internal static class Losses
{
    /// <summary>Not everything; as many as a budget of rows can be asked to cover, because nobody counted them.</summary>
    public static Extent SomeOfIt { get; } = new((1L << 53) - 1);
}
