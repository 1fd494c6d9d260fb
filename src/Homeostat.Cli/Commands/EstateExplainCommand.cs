using System.CommandLine;
using Homeostat.Cli.Exploring;
using Homeostat.Cli.Loading;
using Homeostat.Cli.Reviewing;
using Homeostat.Cli.Running;
using Homeostat.Core.Estate;

namespace Homeostat.Cli.Commands;

/// <summary><c>homeostat estate explain ID</c>: all that the model knows of one resource, and from where.</summary>
internal static class EstateExplainCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "a resource's id: its Terraform address" };
        var files = SharedOptions.Files();
        var config = SharedOptions.Config();
        var now = SharedOptions.Now();
        var observedAt = SharedOptions.ObservedAt();
        var command = new Command("explain", "say what one resource is, why it matters, and from where that is known")
        {
            id,
            files,
            config,
            now,
            observedAt,
        };
        command.SetAction(parsed =>
        {
            var terminal = Terminal.Of(parsed);
            var estate = EstateLoader.Load(SharedOptions.Selection(parsed, files, config, observedAt), terminal);
            var text = parsed.GetRequiredValue(id);
            if (!ResourceId.TryCreate(text, out var resource) || !estate.Snapshot.Contains(resource))
            {
                throw new EstateSourceException(NamedEffects.Unknown(text, estate));
            }

            var time = parsed.GetValue(now) ?? TimeProvider.System.GetUtcNow();
            new ResourcePage(estate, time, terminal).Show(resource);
            return ExitCode.Allow;
        });
        return command;
    }
}
