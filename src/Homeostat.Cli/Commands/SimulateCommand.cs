using System.CommandLine;
using System.CommandLine.Parsing;
using Homeostat.Cli.Loading;
using Homeostat.Cli.Rendering;
using Homeostat.Cli.Reporting;
using Homeostat.Cli.Reviewing;
using Homeostat.Cli.Running;

namespace Homeostat.Cli.Commands;

/// <summary><c>homeostat simulate</c>: what would follow from effects that somebody names; nothing is decided or written down.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        var files = SharedOptions.Files();
        var destroy = Ids("--destroy", "what would be destroyed");
        var stop = Ids("--stop", "what would be stopped");
        var change = Ids("--change", "what would be changed: ID key=value…");
        change.HelpName = "ID key=value";
        var config = SharedOptions.Config();
        var format = SharedOptions.Format();
        var now = SharedOptions.Now();
        var observedAt = SharedOptions.ObservedAt();
        var all = SharedOptions.All();
        var sql = new SqlSimulation();
        var command = new Command("simulate", "say what would follow from destroying, stopping or changing resources")
        {
            files,
            destroy,
            stop,
            change,
            config,
            format,
            now,
            observedAt,
            all,
        };
        sql.AddTo(command);
        command.Validators.Add(result => RefuseNothing(result, sql, destroy, stop, change));
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                if (parsed.GetValue(sql.Text) is { } text)
                {
                    return await sql.RunAsync(parsed, text, cancellationToken);
                }

                var terminal = Terminal.Of(parsed);
                var effects = new NamedEffects(
                    parsed.GetValue(destroy) ?? [],
                    parsed.GetValue(stop) ?? [],
                    parsed.GetValue(change) ?? []
                );
                RefuseSwallowed(parsed.GetValue(files) ?? [], effects);
                var estate = EstateLoader.Load(SharedOptions.Selection(parsed, files, config, observedAt), terminal);
                var time = parsed.GetValue(now) ?? TimeProvider.System.GetUtcNow();
                var report = Simulation.Run(estate, effects, time);
                ReportWriter.Write(report, parsed.GetRequiredValue(format), parsed.GetValue(all), terminal);
                return report.ExitCode;
            }
        );
        return command;
    }

    private static void RefuseNothing(CommandResult result, SqlSimulation sql, params Option[] effects)
    {
        if (!sql.IsAsked(result) && effects.All(option => result.GetResult(option) is null))
        {
            result.AddError(
                "say what would happen: --destroy ID, --stop ID or --change ID key=value (after the files), or --sql TEXT"
            );
        }
    }

    /// <summary>An option that takes several ids takes a file that stands behind them for one more.</summary>
    private static void RefuseSwallowed(string[] files, NamedEffects effects)
    {
        var named = effects.Destroyed.Concat(effects.Stopped).Concat(effects.Changes);
        if (files.Length == 0 && named.FirstOrDefault(File.Exists) is { } file)
        {
            throw new UsageException(
                $"{file} was taken for an id: the files stand first, {CalledAs.Name} simulate {file} --destroy ID"
            );
        }
    }

    private static Option<string[]> Ids(string name, string description)
    {
        var ids = SharedOptions.Several(name, "ID", description);
        ids.Arity = ArgumentArity.OneOrMore;
        return ids;
    }
}
