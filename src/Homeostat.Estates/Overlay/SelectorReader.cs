using Homeostat.Core.Leases;

namespace Homeostat.Estates.Overlay;

/// <summary>Reads which resources something is said of; a selector that states nothing is refused, never everything.</summary>
internal static class SelectorReader
{
    /// <summary>Null where the key is absent or the selector is refused.</summary>
    public static Selector? Read(Section parent, string key)
    {
        if (parent.Child(key, OverlayKeys.Selector) is not { } section)
        {
            return null;
        }

        var kinds = section.Texts("kinds");
        foreach (var kind in kinds ?? [])
        {
            section.CheckKind(kind.Place, kind.Value);
        }

        var selector = new Selector
        {
            Ids = Named(section, "ids", section.Texts("ids")?.Select(id => id.Value).ToList()),
            Kinds = Named(section, "kinds", kinds?.Select(kind => kind.Value).ToList()),
            Labels = LabelsOf(section),
            Environments = Named(section, "environments", section.Names("environments")),
            Owners = Named(section, "owners", section.Names("owners")),
            Providers = Named(section, "providers", section.Names("providers")),
            Accounts = Named(section, "accounts", section.Names("accounts")),
            Regions = Named(section, "regions", section.Names("regions")),
        };
        if (selector == Selector.Everything)
        {
            section.Refuse("an empty selector selects nothing; for everything write ids: [\"*\"]");
            return null;
        }

        return selector;
    }

    private static IReadOnlyList<string>? Named(Section section, string key, IReadOnlyList<string>? names)
    {
        if (names is [])
        {
            section.Refuse(key, "an empty list selects nothing; leave the key out or name something");
        }

        return names;
    }

    private static Dictionary<string, string>? LabelsOf(Section section)
    {
        var labels = section.NamedScalars("labels").ToDictionary(label => label.Name.Value, label => label.Value.Text);
        if (section.Has("labels") && labels.Count == 0)
        {
            section.Refuse("labels", "no label is named here; leave the key out or write name: value");
        }

        return section.Has("labels") ? labels : null;
    }
}
