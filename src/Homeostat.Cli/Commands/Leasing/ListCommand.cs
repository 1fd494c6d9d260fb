using System.CommandLine;
using Homeostat.Cli.Serving;

namespace Homeostat.Cli.Commands.Leasing;

/// <summary><c>homeostat lease list</c>: every lease that the token may see.</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var service = new ServiceAddress();
        var command = new Command("list", "list every lease that the token may see");
        service.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var (client, http) = service.Connect(parsed);
                using (http)
                {
                    string? after = null;
                    do
                    {
                        var page = await client.ListAsync(after, cancellationToken);
                        foreach (var lease in page.Leases)
                        {
                            await parsed.InvocationConfiguration.Output.WriteLineAsync(LeaseText.Row(lease));
                        }

                        after = page.Next;
                    } while (after is not null);
                }

                return ExitCode.Allow;
            }
        );
        return command;
    }
}
