using Homeostat.Core.Estate;

namespace Homeostat.Estates.Inference;

/// <summary>
/// Guesses services, environments, tiers and owners where nobody has said them, from kinds, labels, ids and names. What
/// a source or an overlay says is never changed.
/// </summary>
public static class EstateInference
{
    public const string ServicePrefix = "service:";

    public static InferredListing Apply(IReadOnlyList<EstateChange> listing)
    {
        var records = listing.OfType<EstateChange.Upsert>().ToList();
        var resources = new Dictionary<ResourceId, Resource>(records.Count);
        foreach (var record in records)
        {
            resources[record.Resource.Id] = record.Resource;
        }

        var guesses = new List<Guess>();
        var environments = new EnvironmentInference(resources, records);
        var changes = listing
            .Select(change =>
                change is EstateChange.Upsert record
                    ? record with
                    {
                        Resource = Complete(record.Resource, environments.Of(record.Resource), guesses),
                    }
                    : change
            )
            .ToList();
        changes.AddRange(ServicesOf(changes, records, guesses));
        return new InferredListing(changes, guesses);
    }

    /// <summary>The service that begins at a resource, as it is named where nobody names it.</summary>
    public static ResourceId? ServiceOf(ResourceId entry) =>
        ResourceId.TryCreate(ServicePrefix + entry, out var id) ? id : null;

    /// <summary>Whether a whole word of the name is one that names an environment.</summary>
    public static bool IsKnownEnvironment(string name) => EnvironmentName.Find(NameWords.Of(name)) is not null;

    private static Resource Complete(Resource resource, InferredEnvironment environment, List<Guess> guesses)
    {
        if (environment.Reason is { } reason)
        {
            var names = string.Join(", ", environment.Names);
            guesses.Add(new Guess(resource.Id, GuessKind.Environment, names, reason, environment.IsDefault));
            if (environment.Names.Contains(EnvironmentName.Recovery))
            {
                guesses.Add(
                    new Guess(
                        resource.Id,
                        GuessKind.Standby,
                        "?",
                        $"{reason}; say under standbys what it can take over"
                    )
                );
            }
        }

        return resource with
        {
            Environments = environment.Names,
            Tier = resource.Tier ?? TierOf(resource, environment, guesses),
            Owner = resource.Owner ?? OwnerOf(resource, guesses),
        };
    }

    private static Tier TierOf(Resource resource, InferredEnvironment environment, List<Guess> guesses)
    {
        if (LabelReader.TierOf(resource) is { } label)
        {
            guesses.Add(
                new Guess(resource.Id, GuessKind.Tier, Text(label.Tier), $"its label {label.Key} says {label.Value}")
            );
            return label.Tier;
        }

        var isOutside = EnvironmentName.AreAllOutsideProduction(environment.Names);
        var tier = isOutside ? Tier.Three : Tier.One;
        var reason = ReasonOf(environment, isOutside);
        guesses.Add(new Guess(resource.Id, GuessKind.Tier, Text(tier), reason, IsDefault: !isOutside));
        return tier;
    }

    private static string ReasonOf(InferredEnvironment environment, bool isOutside)
    {
        var names = string.Join(", ", environment.Names);
        return isOutside ? $"{names} is not production"
            : environment.IsDefault ? "nothing says otherwise"
            : environment.Names.All(IsKnownEnvironment) ? $"{names}, and no label says how critical it is"
            : $"{names} is not known to be outside production";
    }

    private static string? OwnerOf(Resource resource, List<Guess> guesses)
    {
        if (LabelReader.Owner(resource) is not { } label)
        {
            return null;
        }

        guesses.Add(new Guess(resource.Id, GuessKind.Owner, label.Value, $"its label {label.Key} says so"));
        return label.Value;
    }

    private static List<EstateChange.Upsert> ServicesOf(
        IReadOnlyList<EstateChange> changes,
        IReadOnlyList<EstateChange.Upsert> records,
        List<Guess> guesses
    )
    {
        var services = new List<EstateChange.Upsert>();
        var entries = new EntryPoints(records);
        var known = records.Select(record => record.Resource.Id).ToHashSet();
        foreach (var entry in changes.OfType<EstateChange.Upsert>().Select(record => record.Resource))
        {
            if (entries.ReasonFor(entry) is { } reason && ServiceOf(entry.Id) is { } id && known.Add(id))
            {
                guesses.Add(new Guess(id, GuessKind.Service, entry.Id.Value, reason));
                services.Add(new EstateChange.Upsert(Service(id, entry), entries.NeedsOf(id, entry)));
            }
        }

        return services;
    }

    /// <summary>It is as well known, as critical and as owned as its entry.</summary>
    private static Resource Service(ResourceId id, Resource entry) =>
        new()
        {
            Id = id,
            Kind = new ResourceKind("service"),
            Location = entry.Location,
            Environments = entry.Environments,
            Tier = entry.Tier,
            Owner = entry.Owner,
            Labels = entry.Labels,
            Existence = entry.Existence,
        };

    internal static string Text(Tier tier) => $"{(int)tier}";
}
