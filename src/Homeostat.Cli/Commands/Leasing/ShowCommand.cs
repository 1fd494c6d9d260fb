using System.CommandLine;
using Homeostat.Cli.Serving;

namespace Homeostat.Cli.Commands.Leasing;

/// <summary><c>homeostat lease show</c>: one lease and what is left of it.</summary>
internal static class ShowCommand
{
    public static Command Create()
    {
        var service = new ServiceAddress();
        var lease = new Argument<string>("LEASE");
        var command = new Command("show", "show one lease and what is left of it") { lease };
        service.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var (client, http) = service.Connect(parsed);
                using (http)
                {
                    var shown = await client.ShowAsync(parsed.GetRequiredValue(lease), cancellationToken);
                    LeaseText.Write(parsed.InvocationConfiguration.Output, shown);
                }

                return ExitCode.Allow;
            }
        );
        return command;
    }
}
