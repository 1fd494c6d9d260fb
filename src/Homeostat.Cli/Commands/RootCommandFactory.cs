using System.CommandLine;
using Homeostat.Cli.Commands.Leasing;
using Homeostat.Cli.Commands.Log;

namespace Homeostat.Cli.Commands;

/// <summary>Puts the commands together; each command is one file in this folder.</summary>
internal static class RootCommandFactory
{
    /// <summary>Of every command: print what only a maintainer needs when something breaks.</summary>
    public static Option<bool> Verbose { get; } =
        new("--verbose") { Description = "print details when homeostat itself fails", Recursive = true };

    public static RootCommand Create() =>
        new("a control plane between autonomous agents and production")
        {
            Verbose,
            UpCommand.Create(),
            LeaseCommand.Create(),
            FrictionCommand.Create(),
            DoctorCommand.Create(),
            InitCommand.Create(),
            ReviewCommand.Create(),
            SimulateCommand.Create(),
            EstateCommand.Create(),
            ReplayCommand.Create(),
            ScenarioCommand.Create(),
            LogCommand.Create(),
            WitnessCommand.Create(),
        };
}
