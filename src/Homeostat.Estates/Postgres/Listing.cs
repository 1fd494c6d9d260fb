using Homeostat.Core.Estate;

namespace Homeostat.Estates.Postgres;

/// <summary>Everything that one poll saw.</summary>
/// <param name="Records">In the order of their ids, the cluster first.</param>
/// <param name="Assets">The data of every table.</param>
/// <param name="Unread">Databases whose content this poll could not read, as the beginnings of their contents' ids.</param>
internal sealed record Listing(
    IReadOnlyDictionary<ResourceId, EstateChange.Upsert> Records,
    IReadOnlyList<AssetId> Assets,
    IReadOnlyList<string> Unread,
    Provenance Seen
)
{
    /// <summary>What could not be read this time stands as it was last said, and grows old.</summary>
    public bool IsUnread(ResourceId id) =>
        Unread.Any(database =>
            id.Value.StartsWith(database, StringComparison.Ordinal)
            && id.Value.Length > database.Length
            && id.Value[database.Length] is '/' or '#'
        );
}
