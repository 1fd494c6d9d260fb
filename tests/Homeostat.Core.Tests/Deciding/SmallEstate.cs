using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Tests.Deciding;

/// <summary>An estate of a few resources, written down where a test reads it.</summary>
internal sealed class SmallEstate
{
    public static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly List<EstateChange> _changes = [];

    public static Provenance Seen(TimeSpan ago) => new("test", Now - ago);

    public SmallEstate Add(Resource resource, params Relation[] relations)
    {
        _changes.Add(new EstateChange.Upsert(resource, relations));
        return this;
    }

    public static Resource Of(string id, string kind, Tier? tier = null) =>
        new()
        {
            Id = new(id),
            Kind = new(kind),
            Tier = tier,
            Environments = ["production"],
            Existence = Seen(TimeSpan.FromMinutes(1)),
        };

    public static Relation.Needs Needs(string from, int k, params string[] members) =>
        new(new(from), "members", [.. members.Select(member => new ResourceId(member))], k);

    public static Relation.CopyOf Copy(
        string holder,
        CopyRole role,
        TimeSpan? age = null,
        TimeSpan seenAgo = default
    ) =>
        new(new(holder), new("data"), role)
        {
            RecoveryPoint = age is { } behind ? new RecoveryPoint(behind, Seen(seenAgo)) : null,
            RestoreTestedAt = role == CopyRole.Backup ? Now - TimeSpan.FromDays(10) : null,
        };

    public EstateSnapshot Build()
    {
        var model = new EstateModel(ShelfLives.Default);
        return model.Apply(new EstateBatch(_changes, IsFullListing: true));
    }

    public async Task<Decision> DecideAsync(params Effect[] effects)
    {
        using var fixture = new DeciderFixture(Build(), Now);
        return await fixture.DecideAsync(fixture.Request(fixture.GrantEverything(), effects));
    }
}
