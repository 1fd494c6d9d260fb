using Homeostat.Core.Estate;

namespace Homeostat.Estates.Inference;

/// <summary>Finds where requests and messages come in: there a service begins.</summary>
internal sealed class EntryPoints
{
    private const string Queue = "queue";
    private const string Consumer = "event-source-mapping";

    private static readonly Dictionary<string, string> Kinds = new()
    {
        ["load-balancer"] = "requests come in at a load balancer",
        ["dns-record"] = "clients find something by a name",
        ["cdn"] = "requests come in at a content delivery network",
        ["api"] = "requests come in at an API",
        [Queue] = "messages come in at a queue",
    };

    /// <summary>Records that say something about a name instead of leading to what answers under it.</summary>
    private static readonly HashSet<string> SilentRecords = ["NS", "SOA", "TXT", "CAA", "DS", "SPF", "PTR", "DNSKEY"];

    private readonly ILookup<ResourceId, EstateChange.Upsert> _needers;

    public EntryPoints(IReadOnlyList<EstateChange.Upsert> records) =>
        _needers = records
            .SelectMany(record =>
                record
                    .Relations.OfType<Relation.Needs>()
                    .Where(need => need.From == record.Resource.Id)
                    .SelectMany(need => need.Members)
                    .Distinct()
                    .Select(member => (Member: member, Record: record))
            )
            .ToLookup(pair => pair.Member, pair => pair.Record);

    /// <summary>Why a service begins at this resource; null where none does, or where somebody declared one already.</summary>
    public string? ReasonFor(Resource resource)
    {
        if (
            !Kinds.TryGetValue(resource.Kind.Name, out var reason)
            || _needers[resource.Id].Any(needer => needer.Resource.Kind.Name == "service")
            || IsSilent(resource)
        )
        {
            return null;
        }

        return IsDeadLetterQueue(resource) && ConsumersOf(resource.Id).Count == 0 ? null : reason;
    }

    /// <summary>What the service needs: its entry, and of a queue one of those that read it.</summary>
    public IReadOnlyList<Relation> NeedsOf(ResourceId service, Resource entry)
    {
        List<Relation> needs = [new Relation.Needs(service, "entry point", [entry.Id])];
        if (entry.Kind.Name == Queue && ConsumersOf(entry.Id) is { Count: > 0 } consumers)
        {
            needs.Add(new Relation.Needs(service, "consumers", consumers));
        }

        return needs;
    }

    private List<ResourceId> ConsumersOf(ResourceId queue) =>
        [
            .. _needers[queue]
                .Where(needer => needer.Resource.Kind.Name == Consumer)
                .Select(needer => needer.Resource.Id),
        ];

    private static bool IsSilent(Resource resource) =>
        resource.Kind.Name == "dns-record"
        && resource.Facts.Any(fact =>
            fact.Key == "type" && fact.Value.Text is { } type && SilentRecords.Contains(type)
        );

    private bool IsDeadLetterQueue(Resource resource)
    {
        if (resource.Kind.Name != Queue)
        {
            return false;
        }

        var words = NameWords.Of(resource);
        return resource.Facts.Any(fact => fact.Key == "dead_letter_queue" && fact.Value.Number is 1)
            || words.Any(word => word is "dlq" or "deadletter")
            || words.Zip(words.Skip(1)).Any(pair => pair is ("dead", "letter" or "letters"))
            || _needers[resource.Id].Any(needer => needer.Resource.Kind.Name == Queue);
    }
}
