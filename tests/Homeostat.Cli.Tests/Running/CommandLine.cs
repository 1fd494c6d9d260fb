using Homeostat.Cli.Running;

namespace Homeostat.Cli.Tests.Running;

/// <summary>What one command line answered.</summary>
internal sealed record Answer(int Code, string Output, string Error);

/// <summary>Runs commands in this process as a shell would, with its output captured.</summary>
internal static class CommandLine
{
    public static async Task<Answer> RunAsync(params string[] args)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await CommandRunner.RunAsync(args, output, error);
        return new Answer(code, output.ToString(), error.ToString());
    }
}
