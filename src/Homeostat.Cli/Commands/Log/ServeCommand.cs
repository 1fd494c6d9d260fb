using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Homeostat.Cli.Running;
using Homeostat.Ledger.Storage;

namespace Homeostat.Cli.Commands.Log;

/// <summary>Lets others read and verify a log over HTTP, while whoever writes it goes on writing.</summary>
internal static class ServeCommand
{
    private const string Anywhere = "http://127.0.0.1:0";

    public static Command Create()
    {
        var folder = new Option<string>("--log")
        {
            Description = $"the log's folder (default: {LogOptions.DefaultFolder})",
            DefaultValueFactory = _ => LogOptions.DefaultFolder,
        };
        var listen = new Option<string>("--listen")
        {
            Description = $"the address and port to listen on (default: {Anywhere}, a free port of this machine alone)",
            DefaultValueFactory = _ => Anywhere,
        };
        var command = new Command("serve", "serve a log's published files over HTTP, to read only") { folder, listen };
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(parsed, parsed.GetValue(folder)!, parsed.GetValue(listen)!, cancellationToken)
        );
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed,
        string folder,
        string listen,
        CancellationToken cancellationToken
    )
    {
        if (!TryAddress(listen, out var address))
        {
            throw new UsageException(
                $"--listen takes the http address of one network interface, such as {Anywhere}, not '{listen}'"
            );
        }

        var error = parsed.InvocationConfiguration.Error;
        if (!File.Exists(Path.Combine(folder, "checkpoint")) && !ShardFolder.IsOne(folder))
        {
            error.WriteLine(
                $"homeostat: there is no log to serve at {PlainText.Clean(folder)}; name its folder with --log"
            );
            return ExitCode.BadInput;
        }

        try
        {
            await using var server = await LogServer.StartAsync(folder, address, cancellationToken);
            parsed.InvocationConfiguration.Output.WriteLine(
                $"log {PlainText.Clean(folder)} {server.Prefix.AbsoluteUri}"
            );
            await server.WaitAsync(cancellationToken);
            return 0;
        }
        catch (IOException failure)
        {
            error.WriteLine($"homeostat: {PlainText.Clean(failure.Message)}; give another address with --listen");
            return ExitCode.BadInput;
        }
    }

    // A name would be looked up, or taken for every interface there is: only an address says who can connect.
    private static bool TryAddress(string text, [NotNullWhen(true)] out IPEndPoint? address)
    {
        address = null;
        if (
            !Uri.TryCreate(text, UriKind.Absolute, out var uri)
            || uri.Scheme != Uri.UriSchemeHttp
            || uri.PathAndQuery != "/"
            || uri.UserInfo.Length > 0
            || uri.Fragment.Length > 0
            || !IPAddress.TryParse(uri.DnsSafeHost, out var host)
        )
        {
            return false;
        }

        address = new IPEndPoint(host, uri.Port);
        return true;
    }
}
