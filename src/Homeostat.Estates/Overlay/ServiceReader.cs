using Homeostat.Core.Estate;

namespace Homeostat.Estates.Overlay;

/// <summary>Reads the services, and the groups that a service or a resource needs.</summary>
internal static class ServiceReader
{
    public static DeclaredService? Read(Section section)
    {
        var id = section.Id("id");
        var service = new DeclaredService(id ?? default, section.Place)
        {
            Tier = section.TierOf(),
            Owner = section.OptionalName("owner"),
            Environments = section.Environments(),
            Capacity = section.Capacity(),
            OutageTolerance = section.Duration("outageTolerance"),
            ExposureLimit = section.ExposureLimit(),
            Needs = ReadNeeds(section),
            Standbys =
            [
                .. section.Children("standbys", OverlayKeys.Standby).Select(ReadStandby).OfType<DeclaredStandby>(),
            ],
            Assets = section.Texts("assets") ?? [],
        };
        Distinct.Names(section, "standbys", service.Standbys, standby => (standby.Name, standby.Place));
        return id is null ? null : service;
    }

    public static IReadOnlyList<DeclaredNeed> ReadNeeds(Section section)
    {
        var needs = section.Children("needs", OverlayKeys.Need).Select(ReadNeed).OfType<DeclaredNeed>().ToList();
        Distinct.Names(section, "groups", needs, need => (need.Group, need.Place));
        return needs;
    }

    private static DeclaredNeed? ReadNeed(Section section)
    {
        var group = section.Name("group");
        var members = section.Members();
        int? k = section.Text("k") == "all" ? null : section.Integer("k", 1, Core.Limits.MaxCapacity);
        if (!section.Has("k"))
        {
            section.Refuse("k is missing; say how many of the members must work: a number, or all");
        }

        return group is null ? null : new DeclaredNeed(group, k, members, section.Place);
    }

    private static DeclaredStandby? ReadStandby(Section section)
    {
        var name = section.Name("name");
        var members = section.Members();
        return name is null ? null : new DeclaredStandby(name, members, section.Place);
    }
}

/// <summary>What stands in a list under one name stands there once.</summary>
internal static class Distinct
{
    public static void Names<T>(
        Section section,
        string what,
        IEnumerable<T> items,
        Func<T, (string Name, Place Place)> named
    )
    {
        var seen = new Dictionary<string, Place>();
        foreach (var (name, place) in items.Select(named))
        {
            if (!seen.TryAdd(name, place))
            {
                section.RefuseAt(
                    place,
                    $"'{name}' stands among the {what} a second time (first in line {seen[name].Line}); "
                        + "put them together or rename one"
                );
            }
        }
    }
}
