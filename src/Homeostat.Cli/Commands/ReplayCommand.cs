using System.CommandLine;
using Homeostat.Cli.Replaying;
using Homeostat.Cli.Running;
using Homeostat.Estates.Scenarios;

namespace Homeostat.Cli.Commands;

/// <summary><c>homeostat replay</c>: incidents as they went, and as they would have gone.</summary>
internal static class ReplayCommand
{
    private static readonly Argument<string[]> Scenarios = new("SCENARIO")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description = "files, folders of files, or names of scenarios that come with homeostat",
    };

    private static readonly Option<bool> All = new("--all")
    {
        Description = "every scenario that comes with homeostat",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "print an array of results" };

    private static readonly Option<bool> WithoutHomeostat = new("--without-homeostat")
    {
        Description = "ask nobody: do everything as posed, and say what is lost",
    };

    private static readonly Option<string?> Ablate = new("--ablate")
    {
        HelpName = "simulation|staleness|futures",
        Description = "do without one mechanism, to see what it stops",
    };

    private static readonly Option<bool> Table = new("--table")
    {
        Description = "print the table of docs/scenarios.md: with, without, and without each mechanism",
    };

    public static Command Create()
    {
        Ablate.AcceptOnlyFromAmong("simulation", "staleness", "futures");
        var command = new Command("replay", "replay incidents with homeostat in between, or without it")
        {
            Scenarios,
            All,
            Json,
            WithoutHomeostat,
            Ablate,
            Table,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(Scenarios) is not { Tokens.Count: > 0 } && !result.GetValue(All))
            {
                result.AddError(
                    $"say what to replay: --all, a file, or one of {string.Join(", ", ScenarioShelf.Shipped)}"
                );
            }

            if (result.GetValue(WithoutHomeostat) && result.GetValue(Ablate) is not null)
            {
                result.AddError("--without-homeostat has nothing to ablate: give one of the two");
            }
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var terminal = Terminal.Of(parsed);
        var paths = (parsed.GetValue(Scenarios) ?? []).SelectMany(ScenarioShelf.Find);
        var (scenarios, errors) = ScenarioShelf.Load(parsed.GetValue(All) ? ScenarioShelf.All.Concat(paths) : paths);
        using var progress = new ReplayProgress(terminal);
        if (parsed.GetValue(Table))
        {
            await WriteTableAsync(scenarios, terminal, progress, cancellationToken);
            return ScenarioShelf.Report(errors, terminal, ExitCode.Allow);
        }

        var options = new ReplayOptions
        {
            WithoutHomeostat = parsed.GetValue(WithoutHomeostat),
            Ablation = parsed.GetValue(Ablate) is { } word
                ? Enum.Parse<Ablation>(word, ignoreCase: true)
                : Ablation.None,
            Progress = progress.Show,
        };
        var results = new List<VariantResult>();
        foreach (var scenario in scenarios)
        {
            var replayed = await Replay.RunAsync(scenario, options, cancellationToken);
            results.AddRange(replayed);
            if (!parsed.GetValue(Json))
            {
                progress.Dispose();
                ReplayReport.WriteText(scenario, replayed, terminal.Output);
            }
        }

        if (parsed.GetValue(Json))
        {
            ReplayReport.WriteJson(results, terminal.Output);
        }
        else
        {
            var passed = results.Count(result => result.Passed);
            terminal.Output.WriteLine($"{passed} of {results.Count} as expected");
        }

        return ScenarioShelf.Report(
            errors,
            terminal,
            results.All(result => result.Passed) ? ExitCode.Allow : ExitCode.Failed
        );
    }

    private static async Task WriteTableAsync(
        IReadOnlyList<Scenario> scenarios,
        Terminal terminal,
        ReplayProgress progress,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<ScenarioRow>();
        foreach (var scenario in scenarios)
        {
            rows.Add(await ScenarioTable.RunAsync(scenario, progress.Show, cancellationToken));
        }

        progress.Dispose();
        terminal.Output.Write(ScenarioTable.Write(rows));
    }
}
