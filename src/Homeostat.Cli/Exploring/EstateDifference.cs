using Homeostat.Cli.Reporting;
using Homeostat.Core.Estate;

namespace Homeostat.Cli.Exploring;

/// <summary>What is different in one resource.</summary>
internal sealed record ResourceDifference(string Id, IReadOnlyList<string> Changes);

/// <summary>What changed from one listing of an estate to another.</summary>
internal sealed record EstateDifference(
    IReadOnlyList<string> Added,
    IReadOnlyList<string> Removed,
    IReadOnlyList<ResourceDifference> Changed
)
{
    public bool IsEmpty => Added.Count + Removed.Count + Changed.Count == 0;

    public static EstateDifference Between(IReadOnlyList<EstateChange> before, IReadOnlyList<EstateChange> after)
    {
        var old = ById(before);
        var now = ById(after);
        return new EstateDifference(
            Sorted(now.Keys.Where(id => !old.ContainsKey(id))),
            Sorted(old.Keys.Where(id => !now.ContainsKey(id))),
            [
                .. now.Where(pair => old.ContainsKey(pair.Key))
                    .Select(pair => new ResourceDifference(pair.Key.Value, [.. Changes(old[pair.Key], pair.Value)]))
                    .Where(difference => difference.Changes.Count > 0)
                    .OrderBy(difference => difference.Id, StringComparer.Ordinal),
            ]
        );
    }

    private static Dictionary<ResourceId, EstateChange.Upsert> ById(IReadOnlyList<EstateChange> listing)
    {
        var records = new Dictionary<ResourceId, EstateChange.Upsert>();
        foreach (var record in listing.OfType<EstateChange.Upsert>())
        {
            records[record.Resource.Id] = record;
        }

        return records;
    }

    private static string[] Sorted(IEnumerable<ResourceId> ids) =>
        [.. ids.Select(id => id.Value).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Changes(EstateChange.Upsert before, EstateChange.Upsert after)
    {
        var properties = PropertiesOf(before.Resource);
        foreach (var (name, value) in PropertiesOf(after.Resource))
        {
            if (properties[name] != value)
            {
                yield return $"{name}: {properties[name]} → {value}";
            }
        }

        foreach (var change in FactChanges(before.Resource, after.Resource))
        {
            yield return change;
        }

        var old = before.Relations.Select(Text).ToHashSet(StringComparer.Ordinal);
        var now = after.Relations.Select(Text).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in old.Except(now).Order(StringComparer.Ordinal))
        {
            yield return $"no longer {gone}";
        }

        foreach (var added in now.Except(old).Order(StringComparer.Ordinal))
        {
            yield return $"now {added}";
        }
    }

    private static Dictionary<string, string> PropertiesOf(Resource resource) =>
        new(StringComparer.Ordinal)
        {
            ["kind"] = resource.Kind.Name,
            ["state"] = resource.State.ToString().ToLowerInvariant(),
            ["tier"] = resource.Tier is { } tier ? $"{(int)tier}" : "none",
            ["owner"] = resource.Owner ?? "none",
            ["environments"] = string.Join(", ", resource.Environments.Order(StringComparer.Ordinal)),
            ["capacity"] = $"{resource.Capacity}",
            ["location"] = string.Join(
                " / ",
                new[]
                {
                    resource.Location.Provider,
                    resource.Location.Account,
                    resource.Location.Region,
                    resource.Location.Zone,
                }.Select(part => part ?? "-")
            ),
        };

    private static IEnumerable<string> FactChanges(Resource before, Resource after)
    {
        var old = Facts(before);
        var now = Facts(after);
        foreach (var key in old.Keys.Union(now.Keys).Order(StringComparer.Ordinal))
        {
            var (was, becomes) = (old.GetValueOrDefault(key, "none"), now.GetValueOrDefault(key, "none"));
            if (was != becomes)
            {
                yield return $"fact {key}: {was} → {becomes}";
            }
        }
    }

    private static Dictionary<string, string> Facts(Resource resource)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var fact in resource.Facts)
        {
            facts[fact.Key] = fact.Value.ToString();
        }

        return facts;
    }

    private static string Text(Relation relation) =>
        relation switch
        {
            Relation.Needs needs => $"needs {needs.K} of {needs.Group}: {Ids(needs.Members)} ({needs.From})",
            Relation.Contains contains => $"{contains.Container} contains {contains.Content}",
            Relation.EncryptedBy encrypted => $"{encrypted.Content} encrypted by {encrypted.Key}",
            Relation.CopyOf copy => $"{copy.Holder} keeps a {Wording.Of(copy.Role)} of {copy.Asset}",
            Relation.StandbyFor standby => $"standby {standby.Name} for {standby.Service}: {Ids(standby.Members)}",
            Relation.Guards guards => $"{guards.Guard} guards {guards.Guarded}",
            Relation.Grants grants => $"{grants.Principal} may {Wording.Of(grants.Privilege)} {grants.Target}",
            _ => relation.ToString(),
        };

    private static string Ids(IEnumerable<ResourceId> ids) =>
        string.Join(", ", ids.Select(id => id.Value).Order(StringComparer.Ordinal));
}
