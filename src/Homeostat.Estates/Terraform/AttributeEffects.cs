using System.Text.Json;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform.Types;

namespace Homeostat.Estates.Terraform;

/// <summary>Translates the change of one attribute, as the type table says.</summary>
internal sealed class AttributeEffects(PlanNames names)
{
    private const string Internet = "the internet";
    private static readonly FactValue NotKnownYet = FactValue.Of("(known after apply)");
    private static readonly FactValue Hidden = FactValue.Of("(sensitive)");
    private static readonly FactValue Nothing = FactValue.Of("");

    public IEnumerable<Effect> Of(ResourceId id, PlanChange change, AttributeChange attribute)
    {
        var alternative = Chosen(change, attribute);
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
            ChangeVerb.LoseSome => [new Effect.LoseData(id, DataBuilder.AssetOf(id), Losses.SomeOfIt)],
            ChangeVerb.Expire =>
            [
                Changed(id, attribute, ChangeImpact.Harmless),
                .. LifecycleExpiry.Of(change, attribute, names.OwnerOf(change)),
            ],
            ChangeVerb.Promote => [new Effect.Promote(id)],
            ChangeVerb.Expose => [Exposed(id, alternative!.Argument)],
            ChangeVerb.ExposeCidr when OpensToAll(attribute) => [Exposed(id, alternative!.Argument)],
            ChangeVerb.Policy => PolicyChange.Of(id, change, attribute),
            ChangeVerb.AttachPolicy =>
            [
                .. ManagedPolicies.Of(id, change, names),
                Changed(id, attribute, ChangeImpact.Unknown),
            ],
            _ => [Changed(id, attribute, ChangeImpact.Unknown)],
        };
    }

    /// <summary>Of a resource that is made, or made anew: only what it opens to others, and what it takes from them.</summary>
    public IEnumerable<Effect> Opened(ResourceId id, PlanChange change, AttributeChange attribute)
    {
        if (Chosen(change, attribute) is not { } alternative)
        {
            return [];
        }

        var isNew = change.Is("create");
        var owner = isNew ? names.OwnerOf(change) : new Owner(OwnerKind.Existing, id);
        return alternative.Verb switch
        {
            ChangeVerb.Expose => [Exposed(owner.Id, alternative.Argument)],
            ChangeVerb.ExposeCidr when OpensToAll(attribute) && !owner.IsNew =>
            [
                Exposed(owner.Id, alternative.Argument),
            ],
            ChangeVerb.Expire => LifecycleExpiry.Of(change, attribute, names.OwnerOf(change)),
            ChangeVerb.AttachPolicy => ManagedPolicies.Of(id, change, names),
            ChangeVerb.Policy when isNew => PolicyChange.OfNew(id, change, attribute, owner),
            ChangeVerb.Policy => PolicyChange
                .Of(id, change, attribute)
                .Where(effect => effect is Effect.Grant or Effect.Expose),
            _ => [],
        };
    }

    /// <summary>Of a shield that is taken away: what it stood before is open, unless that goes too.</summary>
    public IEnumerable<Effect> Uncovered(ResourceId id, PlanChange change)
    {
        var owner = names.OwnerOf(change with { After = null, AfterUnknown = null });
        var held =
            change.Before is { ValueKind: JsonValueKind.Object } before
            && before.EnumerateObject().Any(member => member.Value.AsFlag() == true);
        return held && !names.Removes(owner.Id) ? [Exposed(owner.Id, null)]
            : held && owner.Kind == OwnerKind.Unseen ? [Exposed(id, null)]
            : [];
    }

    public static Effect.Change Changed(ResourceId id, AttributeChange attribute, ChangeImpact impact) =>
        new(id, attribute.Path, ValueOf(attribute), impact);

    private static ChangeAlternative? Chosen(PlanChange change, AttributeChange attribute) =>
        attribute.Rule?.Alternatives.FirstOrDefault(alternative =>
            Holds(alternative, attribute) && (alternative.Where is not { } where || Holds(where, change))
        );

    /// <summary>What nobody knows yet meets every condition, as it passes every test.</summary>
    private static bool Holds(Condition where, PlanChange change) =>
        where.Holds(change.After ?? ShownReader.NoValues)
        || (change.AfterUnknown?.Member(where.Path.Split('.')[0]) is { } unknown && ShownReader.HasTrue(unknown));

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
            ChangeTest.Was => Scalar(attribute.Before) == alternative.Value,
            ChangeTest.Far => attribute.Before?.AsNumber() is not { } old
                || attribute.After?.AsNumber() is not { } next
                || Math.Abs(next - old) > Math.Abs(old) / 4,
            ChangeTest.BeyondPrivate => !AddressRanges.GrowsByPrivateOnly(attribute.Before, attribute.After),
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
        attribute.IsUnknown
        || (AddressRanges.NamesEverybody(attribute.After) && !AddressRanges.NamesEverybody(attribute.Before));

    private static FactValue ValueOf(AttributeChange attribute) =>
        attribute.IsSensitive ? Hidden
        : attribute.IsUnknown ? NotKnownYet
        : attribute.After is not { } after ? Nothing
        : RecordBuilder.ValueOf(after) ?? FactValue.Of(Short(after.GetRawText()));

    private static string Short(string text) => text.Length <= 200 ? text : text[..200] + "…";
}
