using System.Globalization;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Overlay;

/// <summary>The model's values as they stand in a mapping.</summary>
internal static class SectionValues
{
    private const int MaxNameLength = 256;

    private static readonly Dictionary<string, Tier> Tiers = new()
    {
        ["0"] = Tier.Zero,
        ["1"] = Tier.One,
        ["2"] = Tier.Two,
        ["3"] = Tier.Three,
    };

    public static Tier? TierOf(this Section section) => section.Choice("tier", Tiers);

    public static int? Capacity(this Section section) => section.Integer("capacity", 1, Core.Limits.MaxCapacity);

    public static int? ExposureLimit(this Section section) =>
        section.Integer("exposureLimit", 1, Core.Limits.MaxCapacity);

    /// <summary>A required id; null where it is missing or cannot be one.</summary>
    public static ResourceId? Id(this Section section, string key) =>
        section.RequiredText(key) is { } text ? section.CheckId(section.PlaceOf(key), text) : null;

    public static ResourceId? OptionalId(this Section section, string key) => section.Has(key) ? section.Id(key) : null;

    public static AssetId? Asset(this Section section, string key) =>
        section.Id(key) is { } id ? new AssetId(id.Value) : null;

    /// <summary>Names of environments; null where the key is absent.</summary>
    public static IReadOnlyList<string>? Environments(this Section section) => section.Names("environments");

    /// <summary>Short names without control characters; null where the key is absent.</summary>
    public static IReadOnlyList<string>? Names(this Section section, string key) =>
        section
            .Texts(key)
            ?.Where(name => section.CheckName(name.Place, name.Value))
            .Select(name => name.Value)
            .ToList();

    /// <summary>A required short name without control characters.</summary>
    public static string? Name(this Section section, string key) =>
        section.RequiredText(key) is { } text && section.CheckName(section.PlaceOf(key), text) ? text : null;

    public static string? OptionalName(this Section section, string key) => section.Has(key) ? section.Name(key) : null;

    /// <summary>Ids or patterns of ids, at least one.</summary>
    public static IReadOnlyList<Written<string>> Members(this Section section)
    {
        var members = section.Texts("members");
        if (members is null or [])
        {
            section.Refuse(
                "members",
                "members are missing; name at least one id (* stands for any characters, ? for one)"
            );
            return [];
        }

        return [.. members.Where(member => section.CheckId(member.Place, member.Value) is not null)];
    }

    /// <summary>A kind of the model's table, or a source's own with a colon in it.</summary>
    public static bool CheckKind(this Section section, Place place, string name)
    {
        if (name.Contains(':') || KindTable.Of(new ResourceKind(name)).Operations != Operations.None)
        {
            return true;
        }

        var known = KindTable.All.Select(traits => traits.Kind.Name).ToList();
        section.RefuseAt(place, $"found '{name}', no kind of the model{Suggestion.DidYouMean(name, known)}");
        return false;
    }

    public static FactValue FactOf(YamlScalar scalar)
    {
        if (!scalar.IsQuoted && scalar.Text is "true" or "false")
        {
            return FactValue.Of(scalar.Text == "true");
        }

        var isNumber = double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        return isNumber && !scalar.IsQuoted && double.IsFinite(number)
            ? FactValue.Of(number)
            : FactValue.Of(scalar.Text);
    }

    /// <summary>Whether an overlay may hold this as the name of an environment, an owner, a group.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= MaxNameLength && !text.Any(char.IsControl);

    public static bool CheckName(this Section section, Place place, string name)
    {
        var isValid = IsName(name);
        if (!isValid)
        {
            section.RefuseAt(place, $"a name has 1 to {MaxNameLength} characters and no control characters");
        }

        return isValid;
    }

    private static ResourceId? CheckId(this Section section, Place place, string text)
    {
        if (ResourceId.TryCreate(text, out var id))
        {
            return id;
        }

        section.RefuseAt(place, $"an id has 1 to {Core.Limits.MaxIdLength} characters and no control characters");
        return null;
    }
}
