using System.CommandLine;
using System.Globalization;
using Homeostat.Cli.Serving;
using Homeostat.Core.Estate;

namespace Homeostat.Cli.Commands;

/// <summary><c>homeostat up</c>: runs the decision service until it is interrupted.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var data = new ServiceAddress().Data;
        var estate = Text("--estate", "FILE", "a Terraform plan (terraform show -json) or state, watched for changes");
        var config = Text("--config", "FILE", "the overlay of the estate");
        var observedAt = SharedOptions.ObservedAt();
        var bare = NoSample();
        var rate = SharedOptions.Number("--lease-rate", 1, 1e6, "requests a second under one lease; 2000");
        var permit = SharedOptions.Number(
            "--permit-seconds",
            1,
            86_400,
            "how long a permit may be out before its outcome is looked at unasked"
        );
        var postgres = Text("--postgres", "URL", "a PostgreSQL server that agents reach through this service");
        Option<string?>[] passed = [postgres, .. Passed()];
        var command = new Command("up", "run the decision service")
        {
            data,
            estate,
            config,
            observedAt,
            permit,
            bare,
            rate,
        };
        passed.ToList().ForEach(command.Add);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var folder = parsed.GetRequiredValue(data);
                var files = EstateOf(
                    folder,
                    parsed.GetValue(estate),
                    parsed.GetValue(config),
                    parsed.GetValue(observedAt),
                    mayBeSample: !parsed.GetValue(bare) && parsed.GetValue(postgres) is null
                );
                List<string> arguments = ["--data", folder];
                Add(arguments, "--estate", files.Plan);
                Add(arguments, "--overlay", files.Overlay);
                Add(arguments, "--observed-at", files.ObservedAt?.ToString("O", CultureInfo.InvariantCulture));
                Add(arguments, "--permit-seconds", parsed.GetValue(permit)?.ToString(CultureInfo.InvariantCulture));
                Add(arguments, "--lease-rate", parsed.GetValue(rate)?.ToString(CultureInfo.InvariantCulture));
                foreach (var option in passed)
                {
                    Add(arguments, option.Name, parsed.GetValue(option));
                }

                return await RunAsync(arguments, folder, files.IsSample, parsed, cancellationToken);
            }
        );
        return command;
    }

    /// <summary>What the service takes as it is typed here.</summary>
    private static Option<string?>[] Passed() =>
        [
            Text("--listen", "ADDRESS:PORT", "where to listen; only this machine can connect unless TLS is given"),
            Text("--certificate", "FILE", "a certificate chain in PEM"),
            Text("--certificate-key", "FILE", "its key in PEM"),
            Text(
                "--witnesses",
                "FILE",
                "a policy (C2SP tlog-policy): what cannot be undone waits until its witnesses have cosigned"
            ),
            Text(
                "--postgres-reader",
                "URL",
                "the same server, with a role that may only read, for leases that only read"
            ),
            Text("--postgres-listen", "ADDRESS:PORT", "where agents connect with a PostgreSQL client; 127.0.0.1:6432"),
            Text("--postgres-name", "NAME", "what that server is called in ids, pg:NAME/database/schema.table; main"),
        ];

    private static Option<bool> NoSample() =>
        new("--no-sample")
        {
            Description = "without --estate: no sample, the estate is what is told to POST /v1/estate/changes",
        };

    private static async Task<int> RunAsync(
        List<string> arguments,
        string folder,
        bool isSample,
        ParseResult parsed,
        CancellationToken cancellationToken
    )
    {
        using var program = await ServerProgram.StartAsync(arguments, cancellationToken);
        if (program is null)
        {
            return ExitCode.Unavailable;
        }

        var output = parsed.InvocationConfiguration.Output;
        Introduce(output, program.Address, folder, isSample);
        await output.FlushAsync(cancellationToken);
        return await program.FollowAsync(output, cancellationToken);
    }

    private static void Introduce(TextWriter output, string address, string folder, bool isSample)
    {
        output.WriteLine($"address   {address}");
        output.WriteLine($"operator  {Path.Combine(folder, "operator.token")}");
        output.WriteLine(
            isSample
                ? $"estate    the sample in {Path.Combine(folder, "sample")}, taken as if it had been looked at just now"
                : "estate    GET /v1/estate shows it; /readyz says what is missing"
        );
        output.WriteLine();
        output.WriteLine("Three things to try, in another shell here:");
        output.WriteLine();
        foreach (var line in ThingsToTry(address, folder, isSample))
        {
            output.WriteLine(line.Length == 0 ? "" : $"  {line}");
        }

        output.WriteLine();
    }

    private static string[] ThingsToTry(string address, string folder, bool isSample)
    {
        var (spare, needed) = isSample ? (SampleEstate.Spare, SampleEstate.Needed) : ("RESOURCE", "ANOTHER");
        return
        [
            "# 1. whether it can decide, and a lease that may end one thing",
            $"curl -s {address}/readyz; echo",
            $"TOKEN=$(cat '{Path.Combine(folder, "operator.token")}')",
            $"SECRET=$(curl -s {address}/v1/leases -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\",
            "  -d '{\"agent\":\"me\",\"purpose\":\"clean up\",\"cone\":{\"operations\":[\"destroy\"],"
                + "\"amounts\":{\"irreversible\":1},\"manner\":\"irreversible-with-critics\"}}' \\",
            "  | sed 's/.*\"secret\":\"\\([^\"]*\\)\".*/\\1/')",
            "",
            "# 2. what would take away a way back: deny, with the chain of reasons",
            Decision(address, needed),
            "",
            "# 3. what nobody needs: allow, with a permit and the proof that it is on the log",
            Decision(address, spare),
        ];
    }

    private static string Decision(string address, string target) =>
        $"curl -s {address}/v1/decisions -H \"Authorization: Bearer $SECRET\" -H 'Content-Type: application/json' -d "
        + $"'{{\"operation\":\"destroy\",\"effects\":[{{\"do\":\"destroy\",\"id\":\"{target}\"}}],"
        + $"\"goal\":{{\"text\":\"clean up\",\"removes\":[\"{target}\"]}}}}'; echo";

    /// <summary>Without a file of the user's own: the sample.</summary>
    private static (string? Plan, string? Overlay, DateTimeOffset? ObservedAt, bool IsSample) EstateOf(
        string folder,
        string? plan,
        string? overlay,
        DateTimeOffset? observedAt,
        bool mayBeSample
    )
    {
        if (plan is not null && !File.Exists(plan))
        {
            throw new EstateSourceException(
                $"{plan}: there is no such file; give a plan (terraform show -json) or a state"
            );
        }

        if (plan is not null || overlay is not null || !mayBeSample)
        {
            return (plan, overlay, observedAt, false);
        }

        var sample = SampleEstate.PutInto(folder);
        return (sample.Plan, sample.Overlay, observedAt ?? TimeProvider.System.GetUtcNow(), true);
    }

    private static void Add(List<string> arguments, string name, string? value)
    {
        if (value is not null)
        {
            arguments.AddRange([name, value]);
        }
    }

    private static Option<string?> Text(string name, string help, string description) =>
        new(name) { HelpName = help, Description = description };
}
