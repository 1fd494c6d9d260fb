using System.CommandLine;
using Homeostat.Cli.Replaying;
using Homeostat.Cli.Running;
using Homeostat.Estates.Scenarios;

namespace Homeostat.Cli.Commands;

/// <summary><c>homeostat scenario</c>: helps to write down what must never happen.</summary>
internal static class ScenarioCommand
{
    public static Command Create() =>
        new("scenario", "write a scenario of your own, and see whether it holds") { New(), Check() };

    private static Command New()
    {
        var name = new Argument<string>("NAME") { Description = "what it will be called; it is written to NAME.yaml" };
        var folder = new Option<string>("--in")
        {
            HelpName = "FOLDER",
            Description = "where to write it; by default here",
            DefaultValueFactory = _ => ".",
        };
        var command = new Command("new", "write a scenario to start from") { name, folder };
        command.SetAction(parsed =>
        {
            var terminal = Terminal.Of(parsed);
            var path = ScenarioDraft.Write(parsed.GetRequiredValue(folder), parsed.GetRequiredValue(name));
            terminal.Output.WriteLine($"wrote {path}: change it, then `homeostat scenario check {path}`");
            return ExitCode.Allow;
        });
        return command;
    }

    private static Command Check()
    {
        var files = new Argument<string[]>("SCENARIO")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "files, folders of files, or names",
        };
        var command = new Command("check", "read, replay, and see that what tells twin from harm really does")
        {
            files,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var terminal = Terminal.Of(parsed);
                var good = true;
                var (scenarios, errors) = ScenarioShelf.Load(
                    parsed.GetRequiredValue(files).SelectMany(ScenarioShelf.Find)
                );
                foreach (var scenario in scenarios)
                {
                    good &= await CheckAsync(scenario, terminal, cancellationToken);
                }

                return ScenarioShelf.Report(errors, terminal, good ? ExitCode.Allow : ExitCode.Failed);
            }
        );
        return command;
    }

    private static async Task<bool> CheckAsync(
        Scenario scenario,
        Terminal terminal,
        CancellationToken cancellationToken
    )
    {
        using var progress = new ReplayProgress(terminal);
        var options = new ReplayOptions { Progress = progress.Show };
        var guarded = await Replay.RunAsync(scenario, options, cancellationToken);
        var unguarded = await Replay.RunAsync(scenario, options with { WithoutHomeostat = true }, cancellationToken);
        var flips = await Replay.FlipAsync(scenario, cancellationToken);
        progress.Dispose();
        ReplayReport.WriteText(scenario, guarded, terminal.Output);
        foreach (var bare in unguarded.Where(bare => !bare.Passed))
        {
            terminal.Output.WriteLine(
                $"  FAIL {bare.Variant}, without homeostat: {bare.Actual}, expected {bare.Expected}"
            );
        }

        foreach (var flip in flips)
        {
            var told = Replay.IsFlipped(flip) ? "ok  " : "FAIL";
            terminal.Output.WriteLine(PlainText.Clean($"  {told} {flip.Variant}: {flip.Actual}"));
        }

        return guarded.Concat(unguarded).All(result => result.Passed) && flips.All(Replay.IsFlipped);
    }
}
