using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;

namespace Homeostat.Estates.Scenarios;

/// <summary>The records that were changed, and the effects that were really carried out.</summary>
internal sealed record Carried(IReadOnlyList<ResourceId> Changed, IReadOnlyList<Effect> Effects);

/// <summary>Does to the true estate what effects say, by the same simulator that judges them, and says which records changed.</summary>
internal sealed class Outcome(EstateRecords truth, Simulator simulator, LossLedger losses)
{
    private readonly Dictionary<ResourceId, EstateChange.Upsert?> _changed = [];
    private readonly Outages _outages = new(simulator, losses);

    /// <summary>What happens of the request in the estate as it truly is: an effect whose condition does not hold does not.</summary>
    public Carried Apply(ActionRequest posed, DateTimeOffset now, bool isPermitted = true)
    {
        var before = truth.Snapshot;
        var request = posed with
        {
            Effects =
            [
                .. posed
                    .Effects.Where(effect => Happens(effect.Condition, before))
                    .Select(effect => effect with { Condition = null }),
            ],
        };
        var consequences = simulator.Predict(before, CommittedFutures.None, request.Effects, now);
        losses.Note(request, consequences, before, isPermitted);
        _changed.Clear();
        foreach (var (holder, asset) in consequences.CopiesLost)
        {
            LoseCopy(holder, asset);
        }

        foreach (var ended in consequences.Destroyed)
        {
            _changed[ended] = null;
        }

        foreach (var effect in request.Effects)
        {
            Apply(effect, now);
        }

        var provenance = new Provenance(Evidence.Source, now);
        truth.Apply([
            .. _changed.Select(entry =>
                entry.Value is { } record
                    ? (EstateChange)Evidence.Seen(record, now)
                    : new EstateChange.Remove(entry.Key, provenance)
            ),
        ]);
        _outages.Note(consequences.Effects, truth.Snapshot, now);
        return new Carried([.. _changed.Keys], request.Effects);
    }

    /// <summary>What is true has no age; what nothing in the true estate tells may be so.</summary>
    private static bool Happens(Predicate? condition, EstateSnapshot estate) =>
        condition is null
        || estate.FindFact(condition.Subject, condition.Key) is not { } fact
        || !condition.CanTell(fact.Value)
        || condition.Holds(fact.Value);

    private EstateChange.Upsert? Record(ResourceId id) =>
        _changed.TryGetValue(id, out var changed) ? changed : truth.Find(id);

    private void LoseCopy(ResourceId holder, AssetId asset) =>
        Edit(
            holder,
            record =>
                record with
                {
                    Relations =
                    [
                        .. record.Relations.Where(relation =>
                            relation is not Relation.CopyOf copy || copy.Asset != asset
                        ),
                    ],
                }
        );

    private void Apply(Effect effect, DateTimeOffset now)
    {
        switch (effect)
        {
            case Effect.Destroy { Recreated: true }:
                Recreate(effect.Target);
                break;
            case Effect.Stop { Duration: null }:
                EditState(effect.Target, RunState.Stopped);
                break;
            case Effect.Start:
                EditState(effect.Target, RunState.Running);
                break;
            case Effect.Create create:
                Create(create, now);
                break;
            case Effect.Change change:
                Change(change, now);
                break;
            case Effect.Detach { From: { } from }:
                Detach(effect.Target, from);
                break;
            case Effect.Attach { TargetNeedsIt: true } attach:
                Add(attach.Target, new Relation.Needs(attach.Target, attach.To.Value, [attach.To]));
                break;
            case Effect.Promote:
                Promote(effect.Target);
                break;
            case Effect.Grant grant:
                Add(grant.Principal, new Relation.Grants(grant.Principal, grant.Target, grant.Privilege));
                break;
            case Effect.Revoke revoke:
                Drop(
                    revoke.Principal,
                    relation => relation is Relation.Grants grants && grants.Target == revoke.Target
                );
                break;
            case Effect.DisableGuard:
                Drop(effect.Target, relation => relation is Relation.Guards);
                break;
        }
    }

    private void Edit(ResourceId id, Func<EstateChange.Upsert, EstateChange.Upsert> edit)
    {
        if (Record(id) is { } record)
        {
            _changed[id] = edit(record);
        }
    }

    private void EditState(ResourceId id, RunState state) =>
        Edit(id, record => record with { Resource = record.Resource with { State = state } });

    private void Add(ResourceId id, Relation relation) =>
        Edit(id, record => record with { Relations = [.. record.Relations, relation] });

    private void Drop(ResourceId id, Func<Relation, bool> which) =>
        Edit(id, record => record with { Relations = [.. record.Relations.Where(relation => !which(relation))] });

    /// <summary>The new one has the old one's relations and none of its content.</summary>
    private void Recreate(ResourceId id)
    {
        if (_changed.TryGetValue(id, out var ended) && ended is null && truth.Find(id) is { } old)
        {
            _changed[id] = old with
            {
                Relations = [.. old.Relations.Where(relation => relation is not Relation.CopyOf)],
            };
        }
    }

    private void Create(Effect.Create create, DateTimeOffset now)
    {
        if (Record(create.Target) is null)
        {
            _changed[create.Target] = new EstateChange.Upsert(
                new Resource
                {
                    Id = create.Target,
                    Kind = create.Kind,
                    Location = create.Location,
                    Environments = create.Environments,
                    Existence = new Provenance(Evidence.Source, now),
                },
                []
            );
        }
    }

    private void Change(Effect.Change change, DateTimeOffset now) =>
        Edit(
            change.Target,
            record =>
            {
                var fact = new Fact(change.Key, change.Value, new Provenance(Evidence.Source, now));
                var resource = record.Resource with
                {
                    Facts = [.. record.Resource.Facts.Where(known => known.Key != change.Key), fact],
                };
                return record with
                {
                    Resource = change is { Impact: ChangeImpact.Capacity, Value.Number: >= 1 and var units }
                        ? resource with
                        {
                            Capacity = (int)units,
                        }
                        : resource,
                };
            }
        );

    private void Detach(ResourceId leaving, ResourceId from) =>
        Edit(
            from,
            record =>
            {
                var relations = new List<Relation>();
                var isBare = false;
                foreach (var relation in record.Relations)
                {
                    if (relation is not Relation.Needs needs || !needs.Members.Contains(leaving))
                    {
                        relations.Add(relation);
                        continue;
                    }

                    ResourceId[] left = [.. needs.Members.Where(member => member != leaving)];
                    isBare |= left.Length == 0;
                    if (left.Length > 0)
                    {
                        relations.Add(needs with { Members = left });
                    }
                }

                // A need that nothing is left to meet keeps it from working.
                var resource = isBare ? record.Resource with { State = RunState.Stopped } : record.Resource;
                return new EstateChange.Upsert(resource, relations);
            }
        );

    /// <summary>From now on the asset is what this copy holds; what followed the old primary does not follow this one.</summary>
    private void Promote(ResourceId id)
    {
        foreach (var copy in Record(id)?.Relations.OfType<Relation.CopyOf>().ToArray() ?? [])
        {
            foreach (var other in truth.All.Select(record => record.Resource.Id).Where(other => other != id).ToArray())
            {
                if (Record(other) is { } record && record.Relations.Any(relation => IsOvertaken(relation, copy.Asset)))
                {
                    _changed[other] = record with
                    {
                        Relations = [.. record.Relations.Where(relation => !IsOvertaken(relation, copy.Asset))],
                    };
                }
            }

            Edit(
                id,
                record =>
                    record with
                    {
                        Relations =
                        [
                            .. record.Relations.Select(relation =>
                                relation == copy
                                    ? copy with
                                    {
                                        Role = CopyRole.Primary,
                                        RecoveryPoint = null,
                                    }
                                    : relation
                            ),
                        ],
                    }
            );
        }
    }

    private static bool IsOvertaken(Relation relation, AssetId asset) =>
        relation is Relation.CopyOf { Role: not CopyRole.Backup } copy && copy.Asset == asset;
}
