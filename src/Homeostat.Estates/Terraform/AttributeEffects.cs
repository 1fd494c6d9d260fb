using System.Text.Json;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform.Types;

namespace Homeostat.Estates.Terraform;

/// <summary>Translates the change of one attribute, as the type table says.</summary>
internal static class AttributeEffects
{
    private const string Internet = "the internet";
    private static readonly FactValue NotKnownYet = FactValue.Of("(known after apply)");
    private static readonly FactValue Hidden = FactValue.Of("(sensitive)");
    private static readonly FactValue Nothing = FactValue.Of("");

    public static IEnumerable<Effect> Of(ResourceId id, PlanChange change, AttributeChange attribute)
    {
        var alternative = Chosen(attribute);
        var verb = alternative?.Verb ?? ChangeVerb.Unknown;
        return verb switch
        {
            ChangeVerb.Harmless => [Changed(id, attribute, ChangeImpact.Harmless)],
            ChangeVerb.Restart =>
            [
                Changed(id, attribute, ChangeImpact.Restart) with
                {
                    Duration = alternative!.Duration,
                },
            ],
            ChangeVerb.Capacity => [Capacity(id, attribute)],
            ChangeVerb.Stop => [new Effect.Stop(id)],
            ChangeVerb.Start => [new Effect.Start(id)],
            ChangeVerb.Disable => [new Effect.DisableGuard(Followed(id, alternative!.Argument))],
            ChangeVerb.Destroy => [new Effect.Destroy(Followed(id, alternative!.Argument))],
            ChangeVerb.Lose => [new Effect.LoseData(id, DataBuilder.AssetOf(id), Extent.Everything)],
            ChangeVerb.Expose => [Exposed(id, alternative!.Argument)],
            ChangeVerb.ExposeCidr when OpensToAll(attribute) => [Exposed(id, alternative!.Argument)],
            ChangeVerb.Policy => PolicyChange.Of(id, change, attribute),
            _ => [Changed(id, attribute, ChangeImpact.Unknown)],
        };
    }

    /// <summary>Of a resource that is made: only what it opens to others.</summary>
    public static IEnumerable<Effect> Opened(ResourceId id, PlanChange change, AttributeChange attribute) =>
        Chosen(attribute) is not { } alternative
            ? []
            : alternative.Verb switch
            {
                ChangeVerb.Expose => [Exposed(id, alternative.Argument)],
                ChangeVerb.ExposeCidr when OpensToAll(attribute) => [Exposed(id, alternative.Argument)],
                ChangeVerb.Policy => PolicyChange
                    .Of(id, change, attribute)
                    .Where(effect => effect is Effect.Grant or Effect.Expose),
                _ => [],
            };

    public static Effect.Change Changed(ResourceId id, AttributeChange attribute, ChangeImpact impact) =>
        new(id, attribute.Path, ValueOf(attribute), impact);

    private static ChangeAlternative? Chosen(AttributeChange attribute) =>
        attribute.Rule?.Alternatives.FirstOrDefault(alternative => Holds(alternative, attribute));

    /// <summary>A value that nobody knows yet passes every test: the worst alternative comes first in the table.</summary>
    private static bool Holds(ChangeAlternative alternative, AttributeChange attribute) =>
        alternative.Test switch
        {
            ChangeTest.Always => true,
            _ when attribute.IsUnknown => true,
            ChangeTest.Is => Scalar(attribute.After) == alternative.Value,
            ChangeTest.Empty => AttributeDifference.IsEmpty(attribute.After),
            ChangeTest.Less => attribute.After?.AsNumber() is not { } after
                || (attribute.Before?.AsNumber() is { } before && after < before),
            _ => false,
        };

    private static string? Scalar(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == 1
            ? list[0].AsScalar()
            : element?.AsScalar();

    private static Effect Capacity(ResourceId id, AttributeChange attribute)
    {
        var (before, after) = (attribute.Before?.AsNumber(), attribute.After?.AsNumber());
        return (before, after) switch
        {
            _ when attribute.IsUnknown => Changed(id, attribute, ChangeImpact.Unknown),
            (_, 0) => new Effect.Stop(id),
            (0, > 0) => new Effect.Start(id),
            (_, > 0) => Changed(id, attribute, ChangeImpact.Capacity),
            _ => Changed(id, attribute, ChangeImpact.Unknown),
        };
    }

    private static ResourceId Followed(ResourceId id, string? name) =>
        name is null or "self" ? id : DataBuilder.PseudoOf(id, name);

    private static Effect.Expose Exposed(ResourceId id, string? privilege) =>
        new(
            id,
            Internet,
            privilege switch
            {
                "write" => Privilege.Write,
                "administer" => Privilege.Administer,
                _ => Privilege.Read,
            }
        );

    private static bool OpensToAll(AttributeChange attribute) =>
        attribute.IsUnknown || (NamesEverybody(attribute.After) && !NamesEverybody(attribute.Before));

    private static bool NamesEverybody(JsonElement? element) =>
        element?.ValueKind switch
        {
            JsonValueKind.String => element.Value.GetString() is "0.0.0.0/0" or "::/0",
            JsonValueKind.Array => element.Value.EnumerateArray().Any(item => NamesEverybody(item)),
            JsonValueKind.Object => element.Value.EnumerateObject().Any(member => NamesEverybody(member.Value)),
            _ => false,
        };

    private static FactValue ValueOf(AttributeChange attribute) =>
        attribute.IsSensitive ? Hidden
        : attribute.IsUnknown ? NotKnownYet
        : attribute.After is not { } after ? Nothing
        : RecordBuilder.ValueOf(after) ?? FactValue.Of(Short(after.GetRawText()));

    private static string Short(string text) => text.Length <= 200 ? text : text[..200] + "…";
}
