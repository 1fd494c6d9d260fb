using System.CommandLine;
using System.Globalization;
using Homeostat.Cli.Serving;

namespace Homeostat.Cli.Commands;

/// <summary><c>homeostat up</c>: runs the decision service until it is interrupted.</summary>
internal static class UpCommand
{
    private const string SamplePlan = "samples/orders/plan.json";
    private const string SampleOverlay = "samples/orders/homeostat.yaml";
    private const string SampleTarget = "aws_instance.orders_dr_web";

    public static Command Create()
    {
        var data = new ServiceAddress().Data;
        var listen = Text(
            "--listen",
            "ADDRESS:PORT",
            "where to listen; only this machine can connect unless TLS is given"
        );
        var estate = Text("--estate", "FILE", "a Terraform plan (terraform show -json) or state, watched for changes");
        var config = Text("--config", "FILE", "the overlay of the estate");
        var observedAt = SharedOptions.ObservedAt();
        var certificate = Text("--certificate", "FILE", "a certificate chain in PEM");
        var key = Text("--certificate-key", "FILE", "its key in PEM");
        var permit = SharedOptions.Number(
            "--permit-seconds",
            1,
            86_400,
            "how long a permit may be out before its outcome is looked at unasked"
        );
        var witnesses = Text(
            "--witnesses",
            "FILE",
            "a policy (C2SP tlog-policy): what cannot be undone waits until its witnesses have cosigned"
        );
        var command = new Command("up", "run the decision service")
        {
            data,
            listen,
            estate,
            config,
            observedAt,
            certificate,
            key,
            permit,
            witnesses,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var folder = parsed.GetRequiredValue(data);
                var files = EstateOf(parsed.GetValue(estate), parsed.GetValue(config), parsed.GetValue(observedAt));
                List<string> arguments = ["--data", folder];
                Add(arguments, "--listen", parsed.GetValue(listen));
                Add(arguments, "--estate", files.Plan);
                Add(arguments, "--overlay", files.Overlay);
                Add(arguments, "--observed-at", files.ObservedAt?.ToString("O", CultureInfo.InvariantCulture));
                Add(arguments, "--certificate", parsed.GetValue(certificate));
                Add(arguments, "--certificate-key", parsed.GetValue(key));
                Add(arguments, "--permit-seconds", parsed.GetValue(permit)?.ToString(CultureInfo.InvariantCulture));
                Add(arguments, "--witnesses", parsed.GetValue(witnesses));
                return await RunAsync(arguments, folder, files.IsSample, parsed, cancellationToken);
            }
        );
        return command;
    }

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
        var token = Path.Combine(folder, "operator.token");
        output.WriteLine($"address   {address}");
        output.WriteLine($"operator  {token}");
        output.WriteLine(
            isSample
                ? $"estate    {SamplePlan}, taken as if it had been looked at just now"
                : "estate    GET /v1/estate shows it; /readyz says what is missing"
        );
        var target = isSample ? SampleTarget : "RESOURCE";
        output.WriteLine();
        output.WriteLine("Three things to try:");
        output.WriteLine();
        output.WriteLine($"  curl {address}/readyz");
        output.WriteLine();
        output.WriteLine($"  SECRET=$(curl -s {address}/v1/leases -H \"Authorization: Bearer $(cat {token})\" \\");
        output.WriteLine("    -H 'Content-Type: application/json' -d '{\"agent\":\"me\",\"purpose\":\"try it\",");
        output.WriteLine(
            "    \"cone\":{\"operations\":[\"stop\",\"destroy\"],\"manner\":\"irreversible-with-critics\"}}' \\"
        );
        output.WriteLine("    | sed 's/.*\"secret\":\"\\([^\"]*\\)\".*/\\1/')");
        output.WriteLine();
        output.WriteLine($"  curl {address}/v1/decisions -H \"Authorization: Bearer $SECRET\" \\");
        output.WriteLine("    -H 'Content-Type: application/json' \\");
        output.WriteLine($"    -d '{{\"operation\":\"stop\",\"effects\":[{{\"do\":\"stop\",\"id\":\"{target}\"}}]}}'");
        output.WriteLine();
    }

    /// <summary>Without a file of the user's own: the sample, where this runs in a checkout.</summary>
    private static (string? Plan, string? Overlay, DateTimeOffset? ObservedAt, bool IsSample) EstateOf(
        string? plan,
        string? overlay,
        DateTimeOffset? observedAt
    ) =>
        plan is null && overlay is null && File.Exists(SamplePlan) && File.Exists(SampleOverlay)
            ? (SamplePlan, SampleOverlay, observedAt ?? TimeProvider.System.GetUtcNow(), true)
            : (plan, overlay, observedAt, false);

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
