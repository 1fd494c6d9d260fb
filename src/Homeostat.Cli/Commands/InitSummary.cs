using Homeostat.Cli.Running;
using Homeostat.Core.Estate;
using Homeostat.Estates.Inference;
using Homeostat.Estates.Overlay;

namespace Homeostat.Cli.Commands;

/// <summary>Says what a first overlay holds and which of its guesses a person should look at before all others.</summary>
internal sealed class InitSummary
{
    private const int Shown = 5;

    private readonly TextWriter _output;
    private readonly InferredListing _inferred;
    private readonly IReadOnlyList<Resource> _services;
    private readonly IReadOnlyList<Resource> _resources;
    private readonly Dictionary<ResourceId, Resource> _byId;

    private InitSummary(TextWriter output, IReadOnlyList<EstateChange> listing, InferredListing inferred)
    {
        (_output, _inferred) = (output, inferred);
        var listed = listing.OfType<EstateChange.Upsert>().Select(record => record.Resource.Id).ToHashSet();
        var all = inferred.Changes.OfType<EstateChange.Upsert>().Select(record => record.Resource).ToList();
        _services = [.. all.Where(resource => !listed.Contains(resource.Id))];
        _resources = [.. all.Where(resource => listed.Contains(resource.Id))];
        _byId = _resources.ToDictionary(resource => resource.Id);
    }

    public static void Print(
        TextWriter output,
        string path,
        string source,
        IReadOnlyList<EstateChange> listing,
        InferredListing inferred
    )
    {
        var summary = new InitSummary(output, listing, inferred);
        output.WriteLine(
            $"wrote {PlainText.Clean(path)}: {summary._resources.Count} resources, {summary._services.Count} services"
        );
        summary.PrintCounts();
        summary.PrintFirstLooks();
        output.WriteLine();
        var isFound = Path.GetFullPath(path) == Path.GetFullPath(InitCommand.BesideOf(source));
        var config = isFound ? "" : $" --config {PlainText.Clean(path)}";
        output.WriteLine("Then:");
        output.WriteLine($"    {CalledAs.Name} review {PlainText.Clean(source)}{config}");
    }

    private void PrintCounts()
    {
        _output.WriteLine();
        _output.WriteLine($"{"", -24}{"resources", 10}{"services", 10}");
        foreach (var tier in Enum.GetValues<Tier>())
        {
            PrintRow($"tier {(int)tier}", resource => resource.Tier == tier);
        }

        var environments = _resources.Concat(_services).SelectMany(resource => resource.Environments).Distinct();
        foreach (var name in environments.Order(StringComparer.Ordinal))
        {
            PrintRow(name, resource => resource.Environments.Contains(name));
        }
    }

    private void PrintRow(string title, Func<Resource, bool> counts)
    {
        var name = title.Length <= 22 ? title : $"{title[..21]}…";
        _output.WriteLine($"{PlainText.Clean(name), -24}{_resources.Count(counts), 10}{_services.Count(counts), 10}");
    }

    private void PrintFirstLooks()
    {
        _output.WriteLine();
        _output.WriteLine("Look at these first:");
        PrintList(
            "taken to be outside production: tier 3, little protects them",
            Guesses(guess => guess is { What: GuessKind.Environment, IsDefault: false } && IsTierThree(guess.Subject))
        );
        PrintList(
            "services: does the business stop without one? then tier 0",
            Guesses(guess => guess.What == GuessKind.Service)
        );
        PrintList(
            "environments that count as production, because nobody knows them",
            [.. UnknownEnvironments().Select(name => (name, ""))]
        );
        PrintList("may be standbys: say of which service", Guesses(guess => guess.What == GuessKind.Standby));
        var unspoken = _inferred.Guesses.Count(guess => guess is { What: GuessKind.Environment, IsDefault: true });
        if (unspoken > 0)
        {
            _output.WriteLine($"- {unspoken} resources count as production, tier 1: nothing says otherwise (defaults)");
        }
    }

    private List<(string Subject, string Reason)> Guesses(Func<Guess, bool> selects) =>
        [.. _inferred.Guesses.Where(selects).Select(guess => (guess.Subject.Value, guess.Reason))];

    private bool IsTierThree(ResourceId id) => _byId.TryGetValue(id, out var resource) && resource.Tier == Tier.Three;

    private IEnumerable<string> UnknownEnvironments() =>
        _resources
            .SelectMany(resource => resource.Environments)
            .Distinct()
            .Where(name => !EstateInference.IsKnownEnvironment(name))
            .Order(StringComparer.Ordinal);

    private void PrintList(string title, List<(string Subject, string Reason)> items)
    {
        if (items.Count == 0)
        {
            return;
        }

        _output.WriteLine($"- {title}: {items.Count}");
        foreach (var (subject, reason) in items.Take(Shown))
        {
            _output.WriteLine($"    {PlainText.Clean(subject)}");
            if (reason.Length > 0)
            {
                _output.WriteLine($"      {PlainText.Clean(reason)}");
            }
        }

        if (items.Count > Shown)
        {
            _output.WriteLine($"    and {items.Count - Shown} more in the file");
        }
    }
}
