using CsCheck;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Tests.Estate;

public sealed class EstateModelTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>However values change, the delta says what arrays built anew would say.</summary>
    [Fact]
    public void ADeltaSaysWhatANewListingWouldSay()
    {
        Gen.Int[1, 1_000_000]
            .Sample(
                seed =>
                {
                    var random = new Random(seed);
                    var records = RandomRecords(random, 60);
                    var model = new EstateModel(ShelfLives.Default);
                    model.Apply(new EstateBatch([.. records.Values], IsFullListing: true));
                    for (var step = 1; step <= 8; step++)
                    {
                        var changed = records.Keys.Where(_ => random.Next(10) == 0).ToArray();
                        foreach (var id in changed)
                        {
                            records[id] = Changed(records[id], random, Start.AddMinutes(step));
                        }

                        var updated = model.Apply(
                            new EstateBatch([.. changed.Select(id => records[id])], IsFullListing: false)
                        );
                        AssertSame(Built(records.Values), updated);
                    }
                },
                iter: 60,
                threads: 1
            );
    }

    /// <summary>Wherever between two changes the delta is written into new arrays, they say what it said, and go on from there.</summary>
    [Fact]
    public void FoldedArraysSayWhatANewListingWouldSay()
    {
        Gen.Int[1, 1_000_000]
            .Sample(
                seed =>
                {
                    var random = new Random(seed);
                    var records = RandomRecords(random, 60);
                    var estate = Built(records.Values);
                    for (var step = 1; step <= 8; step++)
                    {
                        var changed = records.Keys.Where(_ => random.Next(10) == 0).ToArray();
                        foreach (var id in changed)
                        {
                            records[id] = Changed(records[id], random, Start.AddMinutes(step));
                        }

                        estate = new DeltaWriter(estate).Write([.. changed.Select(id => records[id])]);
                        AssertSame(Built(records.Values), estate);
                        if (random.Next(2) == 0)
                        {
                            var before = estate;
                            estate = before.Folded();
                            Assert.Null(estate.Delta);
                            Assert.Equal(before.Version, estate.Version);
                            Assert.Equal(before.StrainedServices, estate.StrainedServices);
                            Assert.Equal(before.LatestEvidence, estate.LatestEvidence);
                            AssertSame(Built(records.Values), estate);
                        }
                    }
                },
                iter: 60,
                threads: 1
            );
    }

    /// <summary>A gateway has the same few tables looked at several times a second, for days.</summary>
    [Fact]
    public void LookingAtTheSameThingAgainAndAgainDoesNotGrow()
    {
        var records = RandomRecords(new Random(7), 40);
        var model = new EstateModel(ShelfLives.Default);
        model.Apply(new EstateBatch([.. records.Values], IsFullListing: true));
        var (id, record) = records.First();
        for (var look = 1; look <= 80_000; look++)
        {
            var seen = new Provenance("test", Start.AddSeconds(look));
            var again = record with { Resource = record.Resource with { Existence = seen, StateSeen = seen } };
            var after = model.Apply(new EstateBatch([again], IsFullListing: false));
            Assert.Equal(seen, after.Describe(id)!.Existence);
            Assert.InRange(after.Delta?.Provenances.Count ?? 0, 0, 1_024);
            Assert.InRange(after.LaterEvidence, 0, 70_000);
            Assert.Equal(seen.ObservedAt, after.LatestEvidence);
        }
    }

    /// <summary>However much evidence a listing brings, a later look at one thing leaves the arrays of all others where they are.</summary>
    [Fact]
    public void AListingFullOfEvidenceIsNotBuiltAnewForEachLook()
    {
        var listing = Enumerable
            .Range(0, 2_000)
            .Select(at =>
            {
                var record = Upsert($"r{at}", []);
                Fact[] facts =
                [
                    .. Enumerable
                        .Range(0, 40)
                        .Select(of => new Fact($"f{of}", FactValue.Of(1), Seen(Start.AddTicks((at * 40) + of)))),
                ];
                return record with { Resource = record.Resource with { Facts = facts } };
            })
            .ToArray();
        var model = new EstateModel(ShelfLives.Default);
        var before = model.Apply(new EstateBatch(listing, IsFullListing: true));
        var seen = Seen(Start.AddDays(1));
        var again = listing[7] with { Resource = listing[7].Resource with { Existence = seen, StateSeen = seen } };

        var after = model.Apply(new EstateBatch([again], IsFullListing: false));

        Assert.Equal(seen, after.Describe(again.Resource.Id)!.Existence);
        Assert.Same(before.Tables, after.Tables);
    }

    [Fact]
    public void RepeatsAreHarmlessAndKeepTheVersion()
    {
        var records = RandomRecords(new Random(7), 40);
        var model = new EstateModel(ShelfLives.Default);
        var listing = new EstateBatch([.. records.Values], IsFullListing: true);
        var first = model.Apply(listing);
        Assert.Same(first, model.Apply(listing));
        Assert.Same(first, model.Apply(new EstateBatch([.. records.Values.Take(5)], IsFullListing: false)));
    }

    [Fact]
    public void WhatAFullListingLeavesOutIsGone()
    {
        var records = RandomRecords(new Random(7), 40);
        var model = new EstateModel(ShelfLives.Default);
        model.Apply(new EstateBatch([.. records.Values], IsFullListing: true));
        var rest = records.Values.Skip(1).ToArray();
        var after = model.Apply(new EstateBatch(rest, IsFullListing: true));
        Assert.False(after.Contains(records.Keys.First()));
        AssertSame(Built(rest), after);
    }

    [Fact]
    public void ABatchThatContradictsItselfChangesNothing()
    {
        var model = new EstateModel(ShelfLives.Default);
        var good = Upsert("a", []);
        var before = model.Apply(new EstateBatch([good], IsFullListing: true));
        var bad = Upsert("b", [new Relation.Needs(new("b"), "nothing", [], 1)]);
        Assert.Throws<EstateSourceException>(() => model.Apply(new EstateBatch([bad], IsFullListing: false)));
        Assert.Same(before, model.Current);
        Assert.False(model.Apply(new EstateBatch([Upsert("c", [])], IsFullListing: false)).Contains(new("b")));
    }

    private static Dictionary<ResourceId, EstateChange.Upsert> RandomRecords(Random random, int count)
    {
        var records = new Dictionary<ResourceId, EstateChange.Upsert>();
        for (var at = 0; at < count; at++)
        {
            var relations = new List<Relation>();
            for (var group = 0; group < random.Next(3); group++)
            {
                // Any other resource may be needed: cycles are common.
                ResourceId[] members =
                [
                    .. Enumerable
                        .Range(0, 1 + random.Next(3))
                        .Select(_ => new ResourceId($"r{random.Next(count)}"))
                        .Distinct(),
                ];
                relations.Add(new Relation.Needs(new($"r{at}"), $"g{group}", members, 1 + random.Next(members.Length)));
            }

            if (random.Next(3) == 0)
            {
                relations.Add(
                    new Relation.CopyOf(new($"r{at}"), new($"asset{random.Next(5)}"), CopyRole.Replica)
                    {
                        RecoveryPoint = new(TimeSpan.FromSeconds(random.Next(100)), Seen(Start)),
                    }
                );
            }

            var record = Upsert($"r{at}", relations);
            records.Add(
                record.Resource.Id,
                record with
                {
                    Resource = record.Resource with { Capacity = 1 + random.Next(3), State = (RunState)random.Next(4) },
                }
            );
        }

        return records;
    }

    private static EstateChange.Upsert Changed(EstateChange.Upsert record, Random random, DateTimeOffset at) =>
        new(
            record.Resource with
            {
                State = (RunState)random.Next(4),
                Existence = Seen(at),
                Facts = [new Fact("cpu_percent", FactValue.Of(random.Next(100)), Seen(at))],
            },
            [
                .. record.Relations.Select(relation =>
                    relation is Relation.CopyOf copy
                        ? copy with
                        {
                            RecoveryPoint = new(TimeSpan.FromSeconds(random.Next(100)), Seen(at)),
                        }
                        : relation
                ),
            ]
        );

    private static EstateChange.Upsert Upsert(string id, IReadOnlyList<Relation> relations) =>
        new(
            new Resource
            {
                Id = new(id),
                Kind = new("service"),
                Existence = Seen(Start),
            },
            relations
        );

    private static Provenance Seen(DateTimeOffset at) => new("test", at);

    private static EstateSnapshot Built(IEnumerable<EstateChange.Upsert> records)
    {
        var builder = new EstateBuilder(ShelfLives.Default);
        foreach (var record in records)
        {
            builder.Add(record);
        }

        return builder.Build();
    }

    private static void AssertSame(EstateSnapshot expected, EstateSnapshot actual)
    {
        Assert.Equal(expected.Resources.Order(ById), actual.Resources.Order(ById));
        Assert.Equal(expected.StrainedServices, actual.StrainedServices);
        foreach (var id in expected.Resources)
        {
            Assert.Equivalent(expected.Describe(id), actual.Describe(id), strict: true);
            Assert.Equal(expected.CapacityOf(id), actual.CapacityOf(id));
            Assert.Equal(expected.EffectiveTierOf(id), actual.EffectiveTierOf(id));
            Assert.Equal(Shown(expected, id), Shown(actual, id));
        }
    }

    private static string[] Shown(EstateSnapshot estate, ResourceId id) =>
        [
            .. estate
                .RelationsOf(id)
                .Select(relation =>
                    relation is Relation.Needs needs
                        ? $"{needs.From} {needs.Group} {needs.K} {string.Join(' ', needs.Members.Order(ById))} {needs.Seen}"
                        : $"{relation}"
                )
                .Order(StringComparer.Ordinal),
        ];

    private static readonly IComparer<ResourceId> ById = Comparer<ResourceId>.Create(
        (left, right) => string.CompareOrdinal(left.Value, right.Value)
    );
}
