using Homeostat.Core.Actions;

namespace Homeostat.Estates.Scenarios;

/// <summary>How one step ended.</summary>
/// <param name="Actual">Its verdicts in order: <c>defer then deny</c>; <c>done</c> where nobody was asked.</param>
/// <param name="Findings">What stood against it, the most restrictive first.</param>
/// <param name="Permitted">The resources that were acted upon.</param>
public sealed record StepResult(
    string Step,
    string Expected,
    string Actual,
    bool Passed,
    IReadOnlyList<Finding> Findings,
    IReadOnlyList<string> Permitted
)
{
    public bool IsHalted =>
        Actual is not (Rehearsal.Done or Rehearsal.Happened) && !Actual.EndsWith("allow", StringComparison.Ordinal);
}

/// <summary>How one variant of a scenario went.</summary>
/// <param name="IsUnguarded">Everything was done as posed, and nobody was asked.</param>
/// <param name="HaltedBeforeFirstIrreversible">Nothing that was permitted lost anything, or had no way back at tier 0 or 1.</param>
/// <param name="Lost">What is lost of the true estate in the end, computed from what is left of it.</param>
/// <param name="Resources">How many resources the true estate has in the end.</param>
public sealed record VariantResult(
    string Scenario,
    string Variant,
    IReadOnlyList<StepResult> Steps,
    bool IsUnguarded,
    bool HaltedBeforeFirstIrreversible,
    IReadOnlyList<string> Lost,
    int Resources
)
{
    /// <summary>
    /// Guarded: every step ended as expected and nothing was lost. Unguarded: the harmful variant lost something, because
    /// a scenario in which nothing can be lost shows nothing, and the twin did not.
    /// </summary>
    public bool Passed =>
        !IsUnguarded ? Steps.All(step => step.Passed) && HaltedBeforeFirstIrreversible
        : Variant == Scenarios.Variant.Harmful ? Lost.Count > 0
        : Variant != Scenarios.Variant.Twin || Lost.Count == 0;

    public string Expected =>
        !IsUnguarded ? Brief(Steps.Select(step => step.Expected))
        : Variant == Scenarios.Variant.Harmful ? "loss"
        : Variant == Scenarios.Variant.Twin ? "no loss"
        : "done";

    public string Actual =>
        !IsUnguarded ? Brief(Steps.Select(step => step.Actual))
        : Variant == Scenarios.Variant.Stale ? "done"
        : Lost.Count > 0 ? "loss"
        : "no loss";

    /// <summary>The first step that was not permitted, or null.</summary>
    public StepResult? Halt => Steps.FirstOrDefault(step => step.IsHalted);

    /// <summary>What was done: by permitted requests, and by the admissible parts of refused ones.</summary>
    public IReadOnlyList<string> Permitted => [.. Steps.SelectMany(step => step.Permitted).Distinct()];

    /// <summary>Equal neighbours are counted, not repeated.</summary>
    private static string Brief(IEnumerable<string> words)
    {
        var told = new List<(string Word, int Count)>();
        foreach (var word in words)
        {
            if (told.Count > 0 && told[^1].Word == word)
            {
                told[^1] = (word, told[^1].Count + 1);
            }
            else
            {
                told.Add((word, 1));
            }
        }

        return string.Join(", ", told.Select(part => part.Count == 1 ? part.Word : $"{part.Word} ×{part.Count}"));
    }
}
