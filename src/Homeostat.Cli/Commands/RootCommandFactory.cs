using System.CommandLine;
using Homeostat.Cli.Commands.Log;

namespace Homeostat.Cli.Commands;

/// <summary>Puts the commands together; each command is one file in this folder.</summary>
internal static class RootCommandFactory
{
    public static RootCommand Create() =>
        new("a control plane between autonomous agents and production")
        {
            InitCommand.Create(),
            LogCommand.Create(),
            WitnessCommand.Create(),
        };
}
