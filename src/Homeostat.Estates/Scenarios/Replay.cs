namespace Homeostat.Estates.Scenarios;

/// <summary>Replays scenarios.</summary>
public static class Replay
{
    /// <summary>Every variant of the scenario, in the order harmful, twin, stale.</summary>
    public static async Task<IReadOnlyList<VariantResult>> RunAsync(
        Scenario scenario,
        ReplayOptions options,
        CancellationToken cancellationToken
    ) => await RunAsync(scenario, scenario.Variants, options, cancellationToken);

    /// <summary>The twin made harmful again in each way that the file states; what of these is allowed shows that it tells nothing.</summary>
    /// <exception cref="ScenarioException">A flip names evidence that the twin does not have.</exception>
    public static async Task<IReadOnlyList<VariantResult>> FlipAsync(
        Scenario scenario,
        CancellationToken cancellationToken
    ) => await RunAsync(scenario, scenario.Flips.Value, new ReplayOptions(), cancellationToken);

    /// <summary>Whether the changed twin is not simply allowed any more.</summary>
    public static bool IsFlipped(VariantResult changed) =>
        changed.Steps.Any(step => step.Actual is not ("allow" or Rehearsal.Happened));

    private static async Task<IReadOnlyList<VariantResult>> RunAsync(
        Scenario scenario,
        IReadOnlyList<Variant> variants,
        ReplayOptions options,
        CancellationToken cancellationToken
    )
    {
        var results = new List<VariantResult>(variants.Count);
        foreach (var variant in variants)
        {
            results.Add(await Rehearsal.RunAsync(scenario.Name, variant, options, cancellationToken));
        }

        return results;
    }
}
