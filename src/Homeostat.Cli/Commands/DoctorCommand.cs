using System.CommandLine;
using Homeostat.Cli.Doctoring;
using Homeostat.Cli.Running;
using Homeostat.Cli.Serving;
using Homeostat.Client;
using Homeostat.Client.Contract;

namespace Homeostat.Cli.Commands;

/// <summary><c>homeostat doctor</c>: what is wrong with a service or its folder, and what to do about it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var service = new ServiceAddress();
        var config = new Option<string?>("--config")
        {
            HelpName = "FILE",
            Description = "the overlay, where no service says it",
        };
        var command = new Command("doctor", "look at a service and its folder, and say what to do") { config };
        service.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var clock = TimeProvider.System;
                var checks = new List<Check>();
                var data = parsed.GetRequiredValue(service.Data);
                var ofFolder = parsed.GetValue(service.Server) is null;
                if (ofFolder)
                {
                    LookAtFolder(data, clock, checks);
                }

                checks.Add(await Clocks.RunAsync(clock, cancellationToken));
                var overlay =
                    !ofFolder || File.Exists(Path.Combine(data, "address"))
                        ? await AskAsync(service, parsed, checks, cancellationToken)
                        : null;
                checks.AddRange(Overlays.Run(overlay?.File ?? parsed.GetValue(config), overlay, clock.GetUtcNow()));
                Write(checks, parsed.InvocationConfiguration.Output);
                return checks.Exists(check => check.Health == Health.Failing) ? ExitCode.Failed : ExitCode.Allow;
            }
        );
        return command;
    }

    private static void LookAtFolder(string data, TimeProvider clock, List<Check> checks)
    {
        checks.AddRange(KeyFiles.Run(data));
        checks.Add(Neighbours.Run());
        if (!Directory.Exists(data))
        {
            return;
        }

        var (first, last, log) = LogTimes.Read(Path.Combine(data, "log"));
        checks.Add(log);
        checks.Add(Clocks.OfLog(last, clock.GetUtcNow()));
        checks.Add(Disk.Run(data, first, clock.GetUtcNow()));
    }

    /// <summary>What the service says of itself; a folder without a service that answers is a folder.</summary>
    private static async Task<OverlayState?> AskAsync(
        ServiceAddress service,
        ParseResult parsed,
        List<Check> checks,
        CancellationToken cancellationToken
    )
    {
        var (client, http) = service.Connect(parsed);
        using (http)
        {
            try
            {
                var ready = await client.ReadyAsync(cancellationToken);
                checks.AddRange(
                    ready.Missing.Select(missing =>
                        Check.Fail("ready", missing, "no request is allowed until it is there")
                    )
                );
                checks.AddRange(
                    ready
                        .Warnings.Where(warning => !warning.StartsWith("overlay", StringComparison.Ordinal))
                        .Select(warning => Check.Advise("ready", warning, "look at the source; what it said grows old"))
                );
                if (ready.Missing.Count == 0)
                {
                    checks.Add(Check.Good("ready", "requests are decided"));
                }

                return (await client.EstateAsync(cancellationToken)).Overlay;
            }
            catch (HttpRequestException error) when (parsed.GetValue(service.Server) is null)
            {
                checks.Add(
                    Check.Advise("ready", $"no service answers: {error.Message}", "start it with `homeostat up`")
                );
                return null;
            }
            catch (HomeostatException error)
            {
                checks.Add(Check.Fail("ready", error.Message, "look at what the service printed, and at --token-file"));
                return null;
            }
        }
    }

    private static void Write(List<Check> checks, TextWriter output)
    {
        foreach (var check in checks)
        {
            var word = check.Health switch
            {
                Health.Good => "good",
                Health.Advisory => "advisory",
                _ => "FAILING",
            };
            output.WriteLine($"{word, -9} {check.Name, -8} {PlainText.Clean(check.Text)}");
            if (check.Remedy is { } remedy)
            {
                output.WriteLine($"{"", -18} {PlainText.Clean(remedy)}");
            }
        }
    }
}
