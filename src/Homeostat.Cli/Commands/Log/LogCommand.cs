using System.CommandLine;

namespace Homeostat.Cli.Commands.Log;

/// <summary>Reads and checks a log, with nothing but its published files and a key.</summary>
internal static class LogCommand
{
    public static Command Create() =>
        new("log", "read, prove and verify what was logged")
        {
            TailCommand.Create(),
            ShowCommand.Create(),
            QueryCommand.Create(),
            ProveCommand.Create(),
            VerifyCommand.Create(),
            AuditCommand.Create(),
            ExportCommand.Create(),
            ServeCommand.Create(),
        };
}
