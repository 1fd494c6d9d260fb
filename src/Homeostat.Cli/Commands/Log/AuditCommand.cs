using System.CommandLine;
using Homeostat.Cli.Auditing;
using Homeostat.Core.Deciding;
using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Checkpoints;
using Spectre.Console;

namespace Homeostat.Cli.Commands.Log;

/// <summary>Replays a whole log: its bytes and signatures, each signer's sequence, and the rules that folds add.</summary>
internal static class AuditCommand
{
    public static Command Create() => Create([key => new DecisionFold(key), key => new LeaseRules(key)]);

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
        {
            IAuditFold[] folds = [];
            var code = VerifyCommand.Run(
                parsed,
                options,
                (location, key, witnesses) =>
                    [LedgerVerifier.Audit(location, key, folds = Folds(rules, key), witnesses)]
            );
            foreach (var leases in folds.OfType<LeaseRules>())
            {
                Print(leases.Account);
            }

            return code;
        });
        return command;
    }

    /// <summary>Where every permit is: none is lost between the others.</summary>
    private static void Print(PermitAccount account)
    {
        if (account.Leases == 0)
        {
            return;
        }

        var oldest = account.OldestOutstanding is { } since ? $", the oldest since {since:u}" : "";
        AnsiConsole.WriteLine(
            $"{account.Leases} leases, {account.Permits} permits: {account.Settled} settled, "
                + $"{account.TakenBack} taken back, {account.Outstanding} not observed yet{oldest}"
        );
    }

    private static IAuditFold[] Folds(IReadOnlyList<Func<VerifierKey, IAuditFold>> rules, string key)
    {
        var verifier = VerifierKey.Parse(key);
        return [.. rules.Select(rule => rule(verifier))];
    }
}
