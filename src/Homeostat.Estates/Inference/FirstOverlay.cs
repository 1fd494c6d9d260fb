using System.Text;
using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;

namespace Homeostat.Estates.Inference;

/// <summary>
/// Writes what was guessed as an overlay that says the same, every guess with its reason beside it. Read back and
/// applied to the same listing it gives the same services, environments, tiers and owners.
/// </summary>
public sealed class FirstOverlay
{
    private readonly InferredListing _inferred;
    private readonly StringBuilder _text = new();
    private readonly ILookup<ResourceId, Guess> _guesses;
    private readonly Dictionary<ResourceId, Resource> _listed;
    private readonly List<Resource> _resources;

    private FirstOverlay(IReadOnlyList<EstateChange> listing, InferredListing inferred)
    {
        _inferred = inferred;
        _guesses = inferred.Guesses.ToLookup(guess => guess.Subject);
        _listed = listing
            .OfType<EstateChange.Upsert>()
            .Select(record => record.Resource)
            .DistinctBy(resource => resource.Id)
            .ToDictionary(resource => resource.Id);
        _resources =
        [
            .. inferred
                .Changes.OfType<EstateChange.Upsert>()
                .Select(record => record.Resource)
                .Where(resource => _listed.ContainsKey(resource.Id)),
        ];
    }

    /// <summary>The overlay's text.</summary>
    /// <param name="listing">What the sources list, as it was before anything was guessed.</param>
    /// <param name="source">Where the listing comes from, in words for the reader.</param>
    public static string Write(IReadOnlyList<EstateChange> listing, InferredListing inferred, string source) =>
        new FirstOverlay(listing, inferred).Write(source);

    private string Write(string source)
    {
        Line(OverlayText.Comment($"The first overlay of {source}: what homeostat guessed of it."));
        Line(
            "# Each guess has its reason beside it. Correct what is wrong, and delete the comment of what you have checked."
        );
        Line("# Every key: docs/configuration.md. Later entries under resources win over earlier ones.");
        Line("version: 1");
        WriteDefaults();
        WriteServices();
        WriteResources();
        return _text.ToString();
    }

    private void WriteDefaults()
    {
        var unspoken = _inferred.Guesses.Count(guess => guess is { What: GuessKind.Environment, IsDefault: true });
        var tiers = _inferred.Guesses.Count(guess => guess is { What: GuessKind.Tier, IsDefault: true });
        Line();
        Line("defaults:");
        Line($"  tier: 1 # for {tiers} of {_resources.Count} resources no label says how critical they are");
        Line(
            $"  environments: [production] # for {unspoken} of {_resources.Count} resources nothing says what they serve"
        );
    }

    private void WriteServices()
    {
        var services = _inferred
            .Changes.OfType<EstateChange.Upsert>()
            .Where(record => _guesses[record.Resource.Id].Any(guess => guess.What == GuessKind.Service))
            .ToList();
        Line();
        Line("# What people and machines outside would miss. Tier 0 = the business stops without it.");
        Line(
            services.Count == 0
                ? "services: [] # no load balancer, DNS record, CDN, API or queue was found"
                : "services:"
        );
        foreach (var (service, relations) in services)
        {
            var guess = _guesses[service.Id].First(guess => guess.What == GuessKind.Service);
            var entry = new ResourceId(guess.Value);
            Line($"  - id: {OverlayText.Value(service.Id.Value)} {OverlayText.Comment(guess.Reason)}");
            Line($"    tier: {EstateInference.Text(service.Tier ?? Tier.One)} {Because(entry, GuessKind.Tier)}");
            var environments = service.Environments.Where(SectionValues.IsName).ToList();
            Line($"    environments: {OverlayText.List(environments)} {Because(entry, GuessKind.Environment)}");
            if (service.Owner is { } owner && SectionValues.IsName(owner))
            {
                Line($"    owner: {OverlayText.Value(owner)} {Because(entry, GuessKind.Owner)}");
            }

            Line("    needs:");
            foreach (var need in relations.OfType<Relation.Needs>())
            {
                Line($"      - group: {OverlayText.Value(need.Group)}");
                Line(
                    $"        k: {need.K}{(need.Members.Count > 1 ? " # any of them; raise it to what the load needs" : "")}"
                );
                Line($"        members: {OverlayText.List(need.Members.Select(member => member.Value))}");
            }
        }
    }

    private void WriteResources()
    {
        Line();
        var before = _text.Length;
        WriteEnvironments();
        WriteTiers();
        WriteOwners();
        if (_text.Length > before)
        {
            _text.Insert(before, "resources:\n");
        }
        else
        {
            Line("resources: [] # nothing about a single resource had to be guessed beyond the defaults");
        }
    }

    private void WriteEnvironments()
    {
        var guessed = _resources
            .Where(resource => SpokenGuess(resource.Id, GuessKind.Environment) is not null)
            .Where(resource => resource.Environments.All(SectionValues.IsName))
            .GroupBy(resource => string.Join('\n', resource.Environments));
        foreach (var group in guessed)
        {
            WriteGroup(
                [.. group],
                GuessKind.Environment,
                $"environments: {OverlayText.List(group.First().Environments)}"
            );
        }
    }

    /// <summary>One rule for what is outside production, then the exceptions that a label makes.</summary>
    private void WriteTiers()
    {
        var outside = _resources
            .Where(resource => EnvironmentName.AreAllOutsideProduction(resource.Environments))
            .ToList();
        if (outside.Count > 0)
        {
            var names = outside.SelectMany(resource => resource.Environments).Distinct().Order(StringComparer.Ordinal);
            Line("  - match:");
            Line($"      environments: {OverlayText.List(names)}");
            Line($"    tier: 3 # {outside.Count} resources that serve nothing but these, none of which is production");
        }

        var labelled = outside
            .Where(resource => resource.Tier != Tier.Three)
            .Concat(_resources.Except(outside).Where(resource => SpokenGuess(resource.Id, GuessKind.Tier) is not null))
            .GroupBy(resource => resource.Tier!.Value);
        foreach (var group in labelled.OrderBy(group => group.Key))
        {
            WriteGroup([.. group], GuessKind.Tier, $"tier: {EstateInference.Text(group.Key)}");
        }
    }

    private void WriteOwners()
    {
        var guessed = _resources
            .Where(resource => SpokenGuess(resource.Id, GuessKind.Owner) is not null)
            .Where(resource => SectionValues.IsName(resource.Owner!))
            .GroupBy(resource => resource.Owner!);
        foreach (var group in guessed)
        {
            WriteGroup([.. group], GuessKind.Owner, $"owner: {OverlayText.Value(group.Key)}");
        }
    }

    /// <summary>The ids with the reason of each; an id that would be read as a pattern gets an entry of its own.</summary>
    private void WriteGroup(IReadOnlyList<Resource> resources, GuessKind what, string statement)
    {
        foreach (var resource in resources.Where(IsPatternLike))
        {
            Line($"  - id: {OverlayText.Value(resource.Id.Value)} {Because(resource.Id, what)}");
            Line($"    {statement}");
        }

        if (resources.All(IsPatternLike))
        {
            return;
        }

        Line("  - match:");
        Line("      ids:");
        foreach (var resource in resources.Where(resource => !IsPatternLike(resource)))
        {
            Line($"        - {OverlayText.Value(resource.Id.Value)} {Because(resource.Id, what)}");
            if (what == GuessKind.Environment && SpokenGuess(resource.Id, GuessKind.Standby) is { } standby)
            {
                Line($"        {OverlayText.Comment($"it may be a standby: {standby.Reason}")}");
            }
        }

        Line($"    {statement}");
    }

    private static bool IsPatternLike(Resource resource) => resource.Id.Value.AsSpan().ContainsAny('*', '?');

    /// <summary>A guess for which something spoke.</summary>
    private Guess? SpokenGuess(ResourceId id, GuessKind what) =>
        _guesses[id].FirstOrDefault(guess => guess.What == what && !guess.IsDefault);

    private string Because(ResourceId id, GuessKind what) =>
        OverlayText.Comment(_guesses[id].FirstOrDefault(guess => guess.What == what)?.Reason ?? "it says so itself");

    private void Line(string text = "") => _text.Append(text).Append('\n');
}
