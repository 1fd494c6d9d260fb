using Homeostat.Client.Contract;
using Homeostat.Core.Estate;

namespace Homeostat.Server.Api;

/// <summary>Turns what a source of the user's own has seen into a batch.</summary>
internal static class ChangesReader
{
    public static EstateBatch Read(EstateChangesBody body, Places places)
    {
        var seen = new Provenance(places.Name("source", body.Source), body.ObservedAt);
        var changes = new List<EstateChange>();
        for (var i = 0; i < body.Upsert.Count; i++)
        {
            if (Read(body.Upsert[i], $"upsert[{i}]", seen, places) is { } upsert)
            {
                changes.Add(upsert);
            }
        }

        changes.AddRange(places.Ids("remove", body.Remove).Select(id => new EstateChange.Remove(id, seen)));
        return new EstateBatch(changes, IsFullListing: false);
    }

    private static EstateChange.Upsert? Read(ResourceBody body, string at, Provenance seen, Places places)
    {
        var id = places.Id($"{at}.id", body.Id);
        var kind = places.Text($"{at}.kind", body.Kind);
        if (id.Value.Length == 0 || kind.Length == 0)
        {
            return null;
        }

        var resource = new Resource
        {
            Id = id,
            Kind = new ResourceKind(kind),
            State = places.Word($"{at}.state", body.State, RunState.Inherent),
            Location = RequestReader.Location(body.Location),
            Environments = body.Environments.ToArray(),
            Tier = body.Tier is { } tier ? (Tier)places.Within<int>($"{at}.tier", tier, 0, 0, 3) : null,
            Owner = body.Owner,
            Labels = body.Labels ?? new Dictionary<string, string>(),
            Capacity = places.Within($"{at}.capacity", body.Capacity, 1, 1, Core.Limits.MaxCapacity),
            Existence = seen,
            Facts =
            [
                .. (body.Facts ?? new Dictionary<string, System.Text.Json.JsonElement>()).Select(fact => new Fact(
                    fact.Key,
                    RequestReader.Value($"{at}.facts.{fact.Key}", fact.Value, places),
                    seen
                )),
            ],
        };
        return new EstateChange.Upsert(resource, Relations(body, id, at, places));
    }

    private static List<Relation> Relations(ResourceBody body, ResourceId id, string at, Places places)
    {
        var relations = new List<Relation>();
        for (var i = 0; i < body.Needs.Count; i++)
        {
            var need = body.Needs[i];
            var where = $"{at}.needs[{i}]";
            if (need.Members.Count == 0)
            {
                places.Refuse($"{where}.members", "expected at least one member");
            }

            relations.Add(
                new Relation.Needs(
                    id,
                    places.Text($"{where}.group", need.Group),
                    places.Ids($"{where}.members", need.Members),
                    places.Within($"{where}.k", need.K, 1, 1, Core.Limits.MaxCapacity)
                )
            );
        }

        relations.AddRange(
            places.Ids($"{at}.contains", body.Contains).Select(content => new Relation.Contains(id, content))
        );
        relations.AddRange(
            places
                .Ids($"{at}.guardedBy", body.GuardedBy)
                .Select(guard => new Relation.Guards(guard, id, GuardKind.Monitor))
        );
        return relations;
    }
}
