using Homeostat.Core.Estate;
using Homeostat.Core.Tests.Simulation;

namespace Homeostat.Core.Tests.Deciding;

/// <summary>A record of a small estate: <c>Small.Of("service", "web", Tier.Zero, Small.Needs(…)) with { … }</c>.</summary>
internal sealed record Small(string Kind, string Id, Tier? Tier, IReadOnlyList<Relation> Relations)
{
    public static readonly DateTimeOffset Now = RandomEstate.Now;

    public RunState State { get; init; } = RunState.Inherent;

    public TimeSpan SeenAgo { get; init; } = TimeSpan.FromMinutes(1);

    public Provenance? Seen { get; init; }

    public TimeSpan Tolerance { get; init; }

    public int? ExposureLimit { get; init; }

    public IReadOnlyList<string> Environments { get; init; } = [];

    public IReadOnlyList<Fact> Facts { get; init; } = [];

    public Resource Resource =>
        new()
        {
            Id = new(Id),
            Kind = new(Kind),
            Tier = Tier,
            State = State,
            ConfigurationKnown = true,
            OutageTolerance = Tolerance,
            ExposureLimit = ExposureLimit,
            Environments = Environments,
            Facts = Facts,
            Existence = Seen ?? new Provenance("test", Now - SeenAgo),
        };

    public static implicit operator EstateChange.Upsert(Small small) => new(small.Resource, small.Relations);

    public static Small Of(string kind, string id, Tier? tier = null, params IReadOnlyList<Relation> relations) =>
        new(kind, id, tier, relations);

    public static EstateSnapshot Estate(params IReadOnlyList<Small> records)
    {
        var builder = new EstateBuilder(ShelfLives.Default);
        foreach (var record in records)
        {
            builder.Add(record);
        }

        return builder.Build();
    }

    public static Relation.Needs Needs(string from, int k, params IEnumerable<string> members) =>
        new(new(from), $"needs of {from}", [.. members.Select(member => new ResourceId(member))], k);

    public static Relation.CopyOf Copy(
        string holder,
        string asset,
        CopyRole role,
        TimeSpan? age = null,
        TimeSpan? seenAgo = null,
        TimeSpan? testedAgo = null
    ) =>
        new(new(holder), new(asset), role)
        {
            RecoveryPoint = age is { } known
                ? new RecoveryPoint(known, new("test", Now - (seenAgo ?? TimeSpan.Zero)))
                : null,
            RestoreTestedAt = Now - testedAgo,
        };
}
