using System.CommandLine;
using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Checkpoints;
using Spectre.Console;

namespace Homeostat.Cli.Commands.Log;

/// <summary>Checks a whole log against a key: every byte of it, and who signed what.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var options = new LogOptions();
        var hashes = new Option<bool>("--hashes-only") { Description = "do not check the statements' signatures" };
        var command = new Command("verify", "check every byte of a log") { hashes, options.Witnesses };
        options.AddTo(command);
        options.Key.Required = true;
        command.SetAction(parsed =>
            Run(
                parsed,
                options,
                (location, key, witnesses) => LedgerVerifier.Verify(location, key, !parsed.GetValue(hashes), witnesses)
            )
        );
        return command;
    }

    internal static int Run(
        ParseResult parsed,
        LogOptions options,
        Func<string, string, IReadOnlyList<VerifierKey>?, VerificationReport> verify
    )
    {
        try
        {
            var witnesses = parsed.GetValue(options.Witnesses)!.Select(VerifierKey.Parse).ToArray();
            var report = verify(
                parsed.GetValue(options.Location)!,
                parsed.GetValue(options.Key)!,
                witnesses.Length > 0 ? witnesses : null
            );
            return LogOptions.Print(report, AnsiConsole.Console);
        }
        catch (Exception e) when (e is FormatException or IOException)
        {
            return LogOptions.Fail(e.Message);
        }
    }
}
