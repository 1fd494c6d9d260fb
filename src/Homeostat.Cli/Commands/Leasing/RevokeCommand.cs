using System.CommandLine;
using Homeostat.Cli.Serving;

namespace Homeostat.Cli.Commands.Leasing;

/// <summary><c>homeostat lease revoke</c>: ends a lease and everything under it, at once.</summary>
internal static class RevokeCommand
{
    public static Command Create()
    {
        var service = new ServiceAddress();
        var lease = new Argument<string>("LEASE");
        var command = new Command("revoke", "end a lease and everything under it, at once") { lease };
        service.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var (client, http) = service.Connect(parsed);
                using (http)
                {
                    var answer = await client.RevokeAsync(parsed.GetRequiredValue(lease), cancellationToken);
                    await parsed.InvocationConfiguration.Output.WriteLineAsync(
                        $"revoked   {answer.Lease} and everything under it; entry {answer.Index} of the log"
                    );
                }

                return ExitCode.Allow;
            }
        );
        return command;
    }
}
