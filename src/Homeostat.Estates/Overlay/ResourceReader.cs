using Homeostat.Core.Estate;

namespace Homeostat.Estates.Overlay;

/// <summary>Reads what is said of resources that a source lists, and declares those that none does.</summary>
internal static class ResourceReader
{
    public static DeclaredResource? Read(Section section)
    {
        var id = section.OptionalId("id");
        var match = SelectorReader.Read(section, "match");
        if (section.Has("id") == section.Has("match"))
        {
            section.Refuse("an entry has either an id or a match, and never both");
        }

        RefuseWithoutId(section);
        var resource = new DeclaredResource(section.Place)
        {
            Id = id,
            Match = match,
            Kind = KindOf(section),
            Location = LocationOf(section),
            Exists = section.Flag("exists") ?? false,
            Tier = section.TierOf(),
            Owner = section.OptionalName("owner"),
            Environments = section.Environments(),
            Capacity = section.Capacity(),
            RebuildTime = section.Duration("rebuildTime"),
            ExposureLimit = section.ExposureLimit(),
            Facts = FactsOf(section),
            Needs = ServiceReader.ReadNeeds(section),
        };
        return id is null && match is null ? null : resource;
    }

    private static void RefuseWithoutId(Section section)
    {
        if (section.Has("id"))
        {
            return;
        }

        foreach (var key in (string[])["kind", "location", "needs"])
        {
            if (section.Has(key))
            {
                section.Refuse(key, $"{key} is said of one resource; name it by its id instead of a match");
            }
        }
    }

    private static ResourceKind? KindOf(Section section) =>
        section.OptionalName("kind") is { } name && section.CheckKind(section.PlaceOf("kind"), name)
            ? new ResourceKind(name)
            : null;

    private static Location? LocationOf(Section section) =>
        section.Child("location", OverlayKeys.Location) is { } location
            ? new Location(
                location.OptionalName("provider"),
                location.OptionalName("account"),
                location.OptionalName("region"),
                location.OptionalName("zone")
            )
            : null;

    private static Dictionary<string, FactValue> FactsOf(Section section) =>
        section
            .NamedScalars("facts")
            .Where(fact => section.CheckName(fact.Name.Place, fact.Name.Value))
            .ToDictionary(fact => fact.Name.Value, fact => SectionValues.FactOf(fact.Value));
}
