using Homeostat.Core.Estate;

namespace Homeostat.Core.Tests.Simulation;

/// <summary>Makes evidence worse, or makes of old evidence one of the truths that it may stand for.</summary>
internal sealed class Widening(int seed, RandomEstate estate)
{
    private readonly Random _random = new(seed);

    /// <summary>The same estate with some of its evidence older, or of unknown time.</summary>
    public EstateSnapshot Widened()
    {
        var resources = estate.Resources.ConvertAll(resource =>
            resource with
            {
                Existence = Older(resource.Existence),
                StateSeen = Older(resource.StateSeen!.Value),
                Facts = [.. resource.Facts.Select(fact => fact with { Provenance = Older(fact.Provenance) })],
            }
        );
        return RandomEstate.Build(resources, estate.Relations.Select(Older), estate.Assets);
    }

    /// <summary>
    /// One of the estates that the evidence allows: what was seen too long ago has drifted or not, and was seen now.
    /// </summary>
    public EstateSnapshot OneTruth()
    {
        var resources = estate.Resources.ConvertAll(resource =>
        {
            var isOld = !resource.StateSeen!.Value.IsFreshAt(RandomEstate.Now, ShelfLives.Default.State);
            var mayDiffer = isOld && resource.State != RunState.Inherent && _random.Next(2) == 0;
            return resource with
            {
                Existence = Now(resource.Existence),
                StateSeen = Now(resource.StateSeen!.Value),
                State =
                    !mayDiffer ? resource.State
                    : resource.State == RunState.Stopped ? RunState.Running
                    : RunState.Stopped,
                Facts = [.. resource.Facts.Select(fact => fact with { Provenance = Now(fact.Provenance) })],
            };
        });
        return RandomEstate.Build(resources, estate.Relations.Select(OneTruth), estate.Assets);
    }

    private Relation OneTruth(Relation relation) =>
        relation is Relation.CopyOf copy
            ? copy with
            {
                Seen = copy.Seen is { } seen ? Now(seen) : null,
                RecoveryPoint = copy.RecoveryPoint is { } point ? OneTruth(point, copy.Role) : null,
                RestoreTestedAt = copy.RestoreTestedAt is null ? null : Drifted(copy.RestoreTestedAt.Value),
            }
            : relation with
            {
                Seen = relation.Seen is { } at ? Now(at) : null,
            };

    /// <summary>A restore that worked long ago would work today, or would not.</summary>
    private DateTimeOffset? Drifted(DateTimeOffset tested) =>
        tested >= RandomEstate.Now.AddDays(-90) ? tested
        : _random.Next(2) == 0 ? RandomEstate.Now
        : null;

    private RecoveryPoint OneTruth(RecoveryPoint point, CopyRole role)
    {
        var life = role == CopyRole.Backup ? ShelfLives.Default.BackupAge : ShelfLives.Default.ReplicationLag;
        return point.Provenance.IsFreshAt(RandomEstate.Now, life)
            ? point
            : new RecoveryPoint(
                _random.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromDays(9),
                new("test", RandomEstate.Now)
            );
    }

    private Relation Older(Relation relation) =>
        relation is Relation.CopyOf { RecoveryPoint: { } point } copy
            ? copy with
            {
                RecoveryPoint = Older(point, copy.Role),
                RestoreTestedAt = copy.RestoreTestedAt - TimeSpan.FromDays(_random.Next(2) * 90),
            }
            : relation with
            {
                Seen = relation.Seen is { } seen ? Older(seen) : null,
            };

    /// <summary>What is frozen had its content at one moment: seen earlier, it was younger.</summary>
    private RecoveryPoint Older(RecoveryPoint point, CopyRole role)
    {
        var older = Older(point.Provenance);
        var by =
            role == CopyRole.Backup && older.ObservedAt is { } at ? point.Provenance.ObservedAt - at : TimeSpan.Zero;
        return by > point.Age ? point : new RecoveryPoint(point.Age - (by ?? TimeSpan.Zero), older);
    }

    private Provenance Older(Provenance seen) =>
        _random.Next(6) switch
        {
            0 => seen with { ObservedAt = null },
            1 => seen with { ObservedAt = seen.ObservedAt - TimeSpan.FromDays(1 + _random.Next(40)) },
            _ => seen,
        };

    private static Provenance Now(Provenance seen) => seen with { ObservedAt = RandomEstate.Now };
}
