using System.CommandLine;
using Homeostat.Cli.Serving;

namespace Homeostat.Cli.Commands.Leasing;

/// <summary><c>homeostat lease delegate</c>: a lease under the one whose secret is shown, and no wider than it.</summary>
internal static class DelegateCommand
{
    public static Command Create() =>
        GrantRun.Create(
            "delegate",
            "lend a part of a lease to another agent; needs that lease's secret (--token-file)",
            needsLease: true
        );
}
