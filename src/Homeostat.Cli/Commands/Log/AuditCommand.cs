using System.CommandLine;
using Homeostat.Cli.Auditing;
using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Checkpoints;

namespace Homeostat.Cli.Commands.Log;

/// <summary>Replays a whole log: its bytes and signatures, each signer's sequence, and the rules that folds add.</summary>
internal static class AuditCommand
{
    public static Command Create() => Create([key => new DecisionFold(key)]);

    /// <summary>The command with rules about what the statements mean; each run gets folds of its own.</summary>
    public static Command Create(IReadOnlyList<Func<VerifierKey, IAuditFold>> rules)
    {
        var options = new LogOptions();
        var command = new Command("audit", "replay a log and check every signer's sequence and every decision's permit")
        {
            options.Witnesses,
        };
        options.AddTo(command);
        options.Key.Required = true;
        command.SetAction(parsed =>
            VerifyCommand.Run(
                parsed,
                options,
                (location, key, witnesses) => [LedgerVerifier.Audit(location, key, Folds(rules, key), witnesses)]
            )
        );
        return command;
    }

    private static IAuditFold[] Folds(IReadOnlyList<Func<VerifierKey, IAuditFold>> rules, string key)
    {
        var verifier = VerifierKey.Parse(key);
        return [.. rules.Select(rule => rule(verifier))];
    }
}
