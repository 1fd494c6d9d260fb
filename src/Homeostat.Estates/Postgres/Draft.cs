using Homeostat.Core.Estate;

namespace Homeostat.Estates.Postgres;

/// <summary>A record while its parts come together, whichever question brings them.</summary>
internal sealed class Draft(ResourceId id, string kind, Provenance seen)
{
    private readonly List<Relation> _relations = [];
    private readonly List<Fact> _facts = [];
    private readonly HashSet<ResourceId> _needs = [];
    private readonly Dictionary<ResourceId, Privilege> _grants = [];

    public ResourceId Id => id;

    public RunState State { get; init; } = RunState.Inherent;

    public void IsIn(ResourceId container)
    {
        if (container != id && !_relations.Contains(new Relation.Contains(container, id)))
        {
            _relations.Add(new Relation.Contains(container, id));
        }
    }

    public void Needs(ResourceId other)
    {
        if (other != id)
        {
            _needs.Add(other);
        }
    }

    public void Add(Relation relation) => _relations.Add(relation);

    /// <summary>The highest of what a principal may do counts.</summary>
    public void GrantedTo(ResourceId principal, Privilege privilege)
    {
        if (principal != id)
        {
            _grants[principal] = _grants.TryGetValue(principal, out var known) && known > privilege ? known : privilege;
        }
    }

    public void Says(string key, double value, Provenance at) => _facts.Add(new Fact(key, FactValue.Of(value), at));

    public void Says(string key, string value) => _facts.Add(new Fact(key, FactValue.Of(value), seen));

    /// <summary>The record, in an order that two looks share.</summary>
    public EstateChange.Upsert Finish(Location location)
    {
        var granted = _grants
            .OrderByDescending(grant => grant.Value)
            .ThenBy(grant => grant.Key.Value, StringComparer.Ordinal)
            .ToList();
        if (granted.Count > PostgresLimits.MaxGrants)
        {
            Says("grants_left_out", granted.Count - PostgresLimits.MaxGrants, seen);
        }

        var resource = new Resource
        {
            Id = id,
            Kind = new ResourceKind(kind),
            Location = location,
            State = State,
            Existence = seen,
            Facts = [.. _facts],
        };
        return new EstateChange.Upsert(
            resource,
            [
                .. _relations,
                .. _needs
                    .OrderBy(need => need.Value, StringComparer.Ordinal)
                    .Select(need => new Relation.Needs(id, need.Value, [need])),
                .. granted
                    .Take(PostgresLimits.MaxGrants)
                    .Select(grant => new Relation.Grants(grant.Key, id, grant.Value)),
            ]
        );
    }
}
