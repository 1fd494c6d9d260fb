using System.CommandLine;

namespace Homeostat.Cli.Commands.Leasing;

/// <summary>Lends authority, shows what is lent, and takes it back; all of it on a running service.</summary>
internal static class LeaseCommand
{
    public static Command Create() =>
        new("lease", "lend authority to agents, show it, and take it back")
        {
            GrantCommand.Create(),
            DelegateCommand.Create(),
            ListCommand.Create(),
            ShowCommand.Create(),
            RevokeCommand.Create(),
        };
}
