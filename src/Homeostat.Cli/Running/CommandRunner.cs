using System.CommandLine;
using System.CommandLine.Parsing;
using Homeostat.Cli.Commands;
using Homeostat.Client;
using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;
using Homeostat.Estates.Scenarios;

namespace Homeostat.Cli.Running;

/// <summary>Runs one command line and turns whatever happens into an exit code and a message for the person who must act.</summary>
internal static class CommandRunner
{
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        var parsed = RootCommandFactory.Create().Parse(args, Parsing);
        if (parsed.Errors.Count > 0)
        {
            return RefuseUsage(parsed, error);
        }

        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
        };
        try
        {
            return await parsed.InvokeAsync(configuration);
        }
        catch (UsageException refusal)
        {
            error.WriteLine($"homeostat: {PlainText.Clean(refusal.Message)}");
            return ExitCode.Usage;
        }
        catch (ScenarioException refusal)
        {
            foreach (var problem in refusal.Errors)
            {
                error.WriteLine($"homeostat: {PlainText.Clean(problem.ToString())}");
            }

            return ExitCode.BadInput;
        }
        catch (Exception refusal) when (refusal is EstateSourceException or HomeostatException)
        {
            return Refuse(refusal.Message, error);
        }
        catch (HttpRequestException failure)
        {
            error.WriteLine($"homeostat: no service answers: {PlainText.Clean(failure.Message)}");
            error.WriteLine($"homeostat: start one with `{CalledAs.Name} up`, or name another with --server");
            return ExitCode.Unavailable;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("homeostat: interrupted; nothing was decided");
            return ExitCode.Internal;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return ReportBug(parsed, failure, error);
        }
    }

    private static int Refuse(string message, TextWriter error)
    {
        foreach (var line in message.Split('\n'))
        {
            error.WriteLine($"homeostat: {PlainText.Clean(line)}");
        }

        return ExitCode.BadInput;
    }

    private static int RefuseUsage(ParseResult parsed, TextWriter error)
    {
        foreach (var problem in parsed.Errors.Select(problem => problem.Message).Distinct())
        {
            // The parser sets choices on lines of their own; a message here is one line.
            var words = problem.Split((char[])['\r', '\n', '\t', ' '], StringSplitOptions.RemoveEmptyEntries);
            var meant = Meant(parsed, problem);
            var told = PlainText.Clean(string.Join(' ', words));
            error.WriteLine($"homeostat: {(meant.Length > 0 ? told.TrimEnd('.') : told)}{meant}");
        }

        // A misspelt option that stands first is taken for the argument, and its value for what is too much.
        var options = parsed.CommandResult.Command.Options.Select(option => option.Name).ToArray();
        foreach (
            var token in parsed.Tokens.Where(IsMisspelt).Where(token => !parsed.UnmatchedTokens.Contains(token.Value))
        )
        {
            error.WriteLine(
                $"homeostat: {PlainText.Clean(token.Value)} is no option{Suggestion.DidYouMean(token.Value, options)}"
            );
        }

        var command = string.Join(' ', Names(parsed.CommandResult).Reverse());
        error.WriteLine($"homeostat: `{command} --help` says what is accepted");
        return ExitCode.Usage;
    }

    private static bool IsMisspelt(Token token) =>
        token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal);

    /// <summary>The nearest command or option to the word that an error is about.</summary>
    private static string Meant(ParseResult parsed, string problem)
    {
        var wrong = parsed.UnmatchedTokens.FirstOrDefault(token =>
            problem.Contains($"'{token}'", StringComparison.Ordinal)
        );
        var command = parsed.CommandResult.Command;
        return wrong is null
            ? ""
            : Suggestion.DidYouMean(
                wrong,
                wrong.StartsWith('-')
                    ? command.Options.Select(option => option.Name)
                    : command.Subcommands.Select(inner => inner.Name)
            );
    }

    private static IEnumerable<string> Names(CommandResult command)
    {
        for (SymbolResult? at = command; at is CommandResult result; at = at.Parent)
        {
            yield return result.Command is RootCommand ? CalledAs.Name : result.Command.Name;
        }
    }

    private static int ReportBug(ParseResult parsed, Exception failure, TextWriter error)
    {
        error.WriteLine(
            $"homeostat: a fault of homeostat itself, nothing was allowed: {PlainText.Clean(failure.Message)}"
        );
        error.WriteLine("homeostat: please report it, with the command and what --verbose prints");
        if (parsed.GetValue(RootCommandFactory.Verbose))
        {
            foreach (var line in failure.ToString().Split('\n'))
            {
                error.WriteLine(PlainText.Clean(line));
            }
        }

        return ExitCode.Internal;
    }
}

/// <summary>The command line does not say what it must; the message says what is accepted.</summary>
internal sealed class UsageException(string message) : Exception(message);
