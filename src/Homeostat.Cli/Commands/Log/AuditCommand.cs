using System.CommandLine;
using Homeostat.Ledger.Auditing;

namespace Homeostat.Cli.Commands.Log;

/// <summary>Replays a whole log: its bytes and signatures, each signer's sequence, and the rules that folds add.</summary>
internal static class AuditCommand
{
    public static Command Create() => Create([]);

    /// <summary>The command with rules about what the statements mean; each run gets folds of its own.</summary>
    public static Command Create(IReadOnlyList<Func<IAuditFold>> rules)
    {
        var options = new LogOptions();
        var command = new Command("audit", "replay a log and check every signer's sequence") { options.Witnesses };
        options.AddTo(command);
        options.Key.Required = true;
        command.SetAction(parsed =>
            VerifyCommand.Run(
                parsed,
                options,
                (location, key, witnesses) =>
                    LedgerVerifier.Audit(location, key, [.. rules.Select(rule => rule())], witnesses)
            )
        );
        return command;
    }
}
