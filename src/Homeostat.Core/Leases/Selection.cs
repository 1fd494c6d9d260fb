using Homeostat.Core.Estate;

namespace Homeostat.Core.Leases;

/// <summary>
/// What the selector of a request names. A cone without bounds reaches everywhere because somebody granted that; a
/// request whose selector is absent or states nothing names nothing.
/// </summary>
public static class Selection
{
    /// <summary>The resources that a record describes and that the selector matches, in the estate's order.</summary>
    public static IReadOnlyList<ResourceId> Of(Selector? selector, EstateSnapshot estate) =>
        selector is null || IsEmpty(selector) ? [] : [.. estate.Resources.Where(id => selector.Matches(estate, id))];

    /// <summary>Whether no dimension is stated.</summary>
    public static bool IsEmpty(Selector selector) =>
        selector
            is {
                Providers: null,
                Accounts: null,
                Regions: null,
                Environments: null,
                Kinds: null,
                Owners: null,
                Ids: null,
                Anchors: null
            }
        && selector.Labels is null or { Count: 0 };
}
