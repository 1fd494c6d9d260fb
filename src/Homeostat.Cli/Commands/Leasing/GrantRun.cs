using System.CommandLine;
using Homeostat.Cli.Running;
using Homeostat.Cli.Serving;

namespace Homeostat.Cli.Commands.Leasing;

/// <summary>What granting and delegating have in common: all but whose authority it is.</summary>
internal static class GrantRun
{
    public static Command Create(string verb, string description, bool needsLease)
    {
        var service = new ServiceAddress();
        var options = new GrantOptions();
        var command = new Command(verb, description);
        options.AddTo(command);
        service.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                if (needsLease && parsed.GetValue(service.TokenFile) is null)
                {
                    throw new UsageException(
                        "--token-file: name the file with the secret of the lease to delegate from"
                    );
                }

                var body = options.Read(parsed);
                var (client, http) = service.Connect(parsed);
                using (http)
                {
                    var answer = await client.GrantAsync(body, cancellationToken);
                    LeaseText.Write(parsed.InvocationConfiguration.Output, answer.Lease);
                    await parsed.InvocationConfiguration.Output.WriteLineAsync(
                        answer.Secret is { } secret
                            ? $"secret    {secret}   (told once)"
                            : "secret    the lease was there before; its secret was told once"
                    );
                }

                return ExitCode.Allow;
            }
        );
        return command;
    }
}
