using System.Text;

namespace Homeostat.Estates.Scenarios;

/// <summary>All replays of one scenario: as it is, without Homeostat, and without each mechanism.</summary>
/// <param name="Ablated">By ablation.</param>
public sealed record ScenarioRow(
    Scenario Scenario,
    IReadOnlyList<VariantResult> Guarded,
    IReadOnlyList<VariantResult> Unguarded,
    IReadOnlyDictionary<Ablation, IReadOnlyList<VariantResult>> Ablated
);

/// <summary>The table of docs/scenarios.md: what each scenario loses, what halts it, and which mechanism that was.</summary>
public static class ScenarioTable
{
    public const string Begin = "<!-- table: written by `homeostat replay --all --table` -->";
    public const string End = "<!-- end of table -->";

    private static readonly Ablation[] Ablations = [Ablation.Simulation, Ablation.Staleness, Ablation.Futures];

    public static async Task<ScenarioRow> RunAsync(
        Scenario scenario,
        Action<string, string, int, int>? progress,
        CancellationToken cancellationToken
    )
    {
        var options = new ReplayOptions { Progress = progress };
        var ablated = new Dictionary<Ablation, IReadOnlyList<VariantResult>>();
        foreach (var ablation in Ablations)
        {
            ablated[ablation] = await Replay.RunAsync(
                scenario,
                options with
                {
                    Ablation = ablation,
                },
                cancellationToken
            );
        }

        return new ScenarioRow(
            scenario,
            await Replay.RunAsync(scenario, options, cancellationToken),
            await Replay.RunAsync(scenario, options with { WithoutHomeostat = true }, cancellationToken),
            ablated
        );
    }

    /// <summary>Two tables in Markdown: with and without Homeostat, and without each of its mechanisms.</summary>
    public static string Write(IReadOnlyList<ScenarioRow> rows)
    {
        var text = new StringBuilder();
        text.Append("| scenario | without Homeostat: lost | with: halted at | twin | stale |\n|---|---|---|---|---|\n");
        foreach (var row in rows)
        {
            var lost = Find(row.Unguarded, Variant.Harmful)!.Lost;
            text.Append(
                $"| {row.Scenario.Name} | {string.Join("; ", lost)} | {HaltOf(Find(row.Guarded, Variant.Harmful)!)} | {Course(row, Variant.Twin)} | {Course(row, Variant.Stale)} |\n"
            );
        }

        text.Append("\n| scenario | without simulation | without staleness | without futures |\n|---|---|---|---|\n");
        foreach (var row in rows)
        {
            text.Append($"| {row.Scenario.Name} |");
            foreach (var ablation in Ablations)
            {
                text.Append($" {Difference(row, row.Ablated[ablation])} |");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static VariantResult? Find(IReadOnlyList<VariantResult> results, string variant) =>
        results.FirstOrDefault(result => result.Variant == variant);

    private static string HaltOf(VariantResult result) =>
        result.Halt is not { } halt
            ? "nothing"
            : $"`{halt.Step}`: {halt.Actual} ({string.Join(", ", halt.Findings.Where(finding => finding.AtMost == halt.Findings[0].AtMost).Select(finding => finding.Test).Distinct())})";

    private static string Course(ScenarioRow row, string variant) =>
        Find(row.Guarded, variant) is { } result
            ? result.Actual
            : row.Scenario.Impossible.GetValueOrDefault(variant, "");

    /// <summary>What comes out otherwise, variant by variant.</summary>
    private static string Difference(ScenarioRow row, IReadOnlyList<VariantResult> ablated)
    {
        var told = new List<string>();
        foreach (var result in ablated)
        {
            var guarded = Find(row.Guarded, result.Variant)!;
            if (result.Lost.Count > guarded.Lost.Count)
            {
                told.Add($"**{result.Variant}: lost {string.Join("; ", result.Lost)}**");
            }
            else if (!result.HaltedBeforeFirstIrreversible && guarded.HaltedBeforeFirstIrreversible)
            {
                told.Add($"**{result.Variant}: {result.Actual}, without a way back**");
            }
            else if (result.Actual != guarded.Actual)
            {
                told.Add($"{result.Variant}: {result.Actual}");
            }
        }

        return told.Count == 0 ? "the same" : string.Join("; ", told);
    }
}
