using System.CommandLine;
using Homeostat.Cli.Running;
using Homeostat.Client;

namespace Homeostat.Cli.Serving;

/// <summary>Options that say which service to ask, and as whom.</summary>
internal sealed class ServiceAddress
{
    public const string DefaultData = ".homeostat/service";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public Option<string> Data { get; } =
        new("--data")
        {
            HelpName = "FOLDER",
            Description = "the service's folder",
            DefaultValueFactory = _ => DefaultData,
        };

    public Option<string?> Server { get; } =
        new("--server") { HelpName = "URL", Description = "the service's address; by default what its folder says" };

    public Option<string?> TokenFile { get; } =
        new("--token-file")
        {
            HelpName = "FILE",
            Description = "a file with the operator's token or the secret of a lease; by default the operator's",
        };

    public void AddTo(Command command)
    {
        command.Add(Data);
        command.Add(Server);
        command.Add(TokenFile);
    }

    /// <exception cref="UsageException">The address or the token is not where it should be.</exception>
    public (HomeostatClient Client, HttpClient Http) Connect(ParseResult parsed)
    {
        var data = parsed.GetRequiredValue(Data);
        var token = Read(parsed.GetValue(TokenFile) ?? Path.Combine(data, "operator.token"), "--token-file");
        var address = parsed.GetValue(Server) ?? Read(Path.Combine(data, "address"), "--server");
        if (
            !Uri.TryCreate(address, UriKind.Absolute, out var server)
            || !server.Scheme.StartsWith("http", StringComparison.Ordinal)
        )
        {
            throw new UsageException($"--server {address}: expected an address, http://127.0.0.1:7117");
        }

        var http = new HttpClient { BaseAddress = server, Timeout = Patience };
        return (new HomeostatClient(http, token), http);
    }

    private static string Read(string file, string option)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"{file}: {error.Message} Start a service with `homeostat up`, or give {option} or --data"
            );
        }
    }
}
