using System.CommandLine;
using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Tiles;
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
                (location, key, witnesses) =>
                    Reports(location, key, one => LedgerVerifier.Verify(one, key, !parsed.GetValue(hashes), witnesses))
            )
        );
        return command;
    }

    private static IEnumerable<VerificationReport> Reports(
        string location,
        string key,
        Func<string, VerificationReport> verify
    ) =>
        ShardsVerifier.Find(location) is { Count: > 0 } shards
            ? ShardsVerifier.Verify(location, shards, key, verify)
            : [verify(location)];

    internal static int Run(
        ParseResult parsed,
        LogOptions options,
        Func<string, string, IReadOnlyList<VerifierKey>?, IEnumerable<VerificationReport>> verify
    )
    {
        try
        {
            var witnesses = parsed.GetValue(options.Witnesses)!.Select(VerifierKey.Parse).ToArray();
            var reports = verify(
                parsed.GetValue(options.Location)!,
                parsed.GetValue(options.Key)!,
                witnesses.Length > 0 ? witnesses : null
            );
            return reports.Max(report => LogOptions.Print(report, AnsiConsole.Console));
        }
        catch (Exception e) when (e is FormatException or IOException or TileException)
        {
            return LogOptions.Fail(e.Message);
        }
    }
}
