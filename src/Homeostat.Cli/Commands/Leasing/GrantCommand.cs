using System.CommandLine;
using Homeostat.Cli.Serving;

namespace Homeostat.Cli.Commands.Leasing;

/// <summary><c>homeostat lease grant</c>: a root lease; its secret is printed once.</summary>
internal static class GrantCommand
{
    public static Command Create() =>
        GrantRun.Create("grant", "lend authority to an agent; needs the operator's token", needsLease: false);
}
