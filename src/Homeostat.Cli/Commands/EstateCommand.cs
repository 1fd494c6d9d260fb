using System.CommandLine;

namespace Homeostat.Cli.Commands;

/// <summary><c>homeostat estate</c>: looking at the model without changing anything.</summary>
internal static class EstateCommand
{
    public static Command Create() =>
        new("estate", "look at what the model knows")
        {
            EstateShowCommand.Create(),
            EstateExplainCommand.Create(),
            EstateCoverageCommand.Create(),
            EstateDiffCommand.Create(),
        };
}
