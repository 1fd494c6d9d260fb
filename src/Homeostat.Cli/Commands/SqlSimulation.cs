using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Homeostat.Cli.Running;
using Homeostat.Cli.Serving;
using Homeostat.Client.Contract;

namespace Homeostat.Cli.Commands;

/// <summary><c>homeostat simulate --sql</c>: asks a running service what SQL would do; nothing of it is run.</summary>
internal sealed class SqlSimulation
{
    private const int ListedEffects = 12;

    private readonly ServiceAddress _service = new();

    public Option<string?> Text { get; } =
        new("--sql") { HelpName = "TEXT", Description = "what SQL would do, asked of a running service" };

    private Option<string?> Database { get; } =
        new("--database") { HelpName = "NAME", Description = "the database in which --sql would run" };

    public void AddTo(Command command)
    {
        command.Add(Text);
        command.Add(Database);
        _service.AddTo(command);
    }

    public bool IsAsked(CommandResult result) => result.GetResult(Text) is not null;

    public async Task<int> RunAsync(ParseResult parsed, string text, CancellationToken cancellationToken)
    {
        var database =
            parsed.GetValue(Database) ?? throw new UsageException("--sql: say in which database, --database NAME");
        var (client, http) = _service.Connect(parsed);
        using (http)
        {
            var answer = await client.SimulateAsync(new SqlBody { Database = database, Sql = text }, cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            if (answer.Refusal is { } refusal)
            {
                await output.WriteLineAsync($"refused   {refusal}");
                return ExitCode.Deny;
            }

            foreach (var statement in answer.Statements)
            {
                Write(output, statement);
            }

            return answer
                .Statements.Select(statement => CodeOf(statement.Decision.Verdict))
                .Append(ExitCode.Allow)
                .Max();
        }
    }

    private static int CodeOf(string verdict) =>
        verdict switch
        {
            "allow" => ExitCode.Allow,
            "modify" => ExitCode.Modify,
            "step-up" => ExitCode.StepUp,
            "defer" => ExitCode.Defer,
            _ => ExitCode.Deny,
        };

    private static void Write(TextWriter output, SqlStatementBody statement)
    {
        Row(output, statement.Decision.Verdict, statement.Command);
        foreach (var effect in statement.Effects.Take(ListedEffects))
        {
            Row(output, "", Line(effect));
        }

        if (statement.Effects.Count > ListedEffects)
        {
            Row(output, "", $"and {statement.Effects.Count - ListedEffects} more");
        }

        if (statement.EstimatedRows is { } estimate)
        {
            Row(output, "estimate", $"{Number(estimate)} rows, by the planner; it decides nothing");
        }

        Rows(output, "never", statement.Forbidden);
        Rows(output, "code", [.. statement.RunsCode ?? []]);
        Rows(output, "unclear", [.. statement.NotUnderstood ?? []]);
        Rows(output, "missing", [.. statement.Missing ?? []]);
        foreach (var finding in statement.Decision.Findings.Where(finding => finding.AtMost != "allow"))
        {
            Row(output, finding.AtMost, finding.Reason);
        }

        output.WriteLine();
    }

    private static string Line(SqlEffectBody effect)
    {
        var rows = effect.Rows is { } most ? $", at most {most} rows" : "";
        var age = effect.HeldAgeSeconds is { } seconds ? $" {Number(Math.Max(0, seconds))} s ago" : "";
        var held = effect.Held is { } number ? $", which held about {Number(number)} rows{age}" : "";
        return $"{effect.Do} {effect.Id}{rows}{held}";
    }

    private static string Number(double number) => number.ToString("0", CultureInfo.InvariantCulture);

    private static void Rows(TextWriter output, string name, params string?[] texts)
    {
        foreach (var text in texts.OfType<string>())
        {
            Row(output, name, text);
        }
    }

    /// <summary>What the service says goes to a terminal: without what could steer it.</summary>
    private static void Row(TextWriter output, string name, string text) =>
        output.WriteLine($"{name, -9} {PlainText.Clean(text)}");
}
