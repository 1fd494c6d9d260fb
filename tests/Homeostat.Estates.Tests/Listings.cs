using Homeostat.Core.Estate;

namespace Homeostat.Estates.Tests;

/// <summary>Small listings as a source would give them.</summary>
internal static class Listings
{
    public static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public static Provenance At { get; } = new("test", Now);

    /// <summary>A kind by the id's beginning: web is compute, anything else a database.</summary>
    public static List<EstateChange> Estate(params string[] ids) =>
        [.. ids.Select(id => Upsert(id, id.Contains("web") ? "compute-instance" : "database"))];

    public static Resource Of(string id, string kind) =>
        new()
        {
            Id = new(id),
            Kind = new(kind),
            Existence = At,
        };

    public static EstateChange.Upsert Upsert(Resource resource, params Relation[] relations) =>
        new(resource, relations);

    public static EstateChange.Upsert Upsert(string id, string kind, params Relation[] relations) =>
        new(Of(id, kind), relations);

    public static ResourceId[] Ids(params string[] ids) => [.. ids.Select(id => new ResourceId(id))];

    public static EstateChange.Upsert Record(IEnumerable<EstateChange> changes, string id) =>
        changes.OfType<EstateChange.Upsert>().Single(record => record.Resource.Id.Value == id);

    public static EstateSnapshot Snapshot(IEnumerable<EstateChange> changes)
    {
        var builder = new EstateBuilder(ShelfLives.Default);
        foreach (var change in changes)
        {
            builder.Add(change);
        }

        return builder.Build();
    }
}
