using System.Text;
using Npgsql;

namespace Homeostat.SystemTests.Postgres.Bypass;

/// <summary>How an attack went: the SQLSTATEs of what was refused, all that was answered, and all that was said of errors.</summary>
internal sealed record Course(IReadOnlyList<string> Refusals, string Output, string Errors);

/// <summary>Statements one after the other through Npgsql's extended protocol, whatever becomes of them.</summary>
internal static class NpgsqlSession
{
    public static async Task<Course> RunAsync(NpgsqlConnection connection, IReadOnlyList<string> statements)
    {
        var refusals = new List<string>();
        var (output, errors) = (new StringBuilder(), new StringBuilder());
        foreach (var statement in statements)
        {
            try
            {
                await RunAsync(connection, statement, output);
            }
            catch (PostgresException refusal)
            {
                refusals.Add(refusal.SqlState);
                errors.AppendLine($"{refusal.SqlState}: {refusal.MessageText} ({refusal.Detail})");
            }
        }

        return new Course(refusals, output.ToString(), errors.ToString());
    }

    private static async Task RunAsync(NpgsqlConnection connection, string statement, StringBuilder output)
    {
        if (
            statement.StartsWith("copy", StringComparison.Ordinal)
            && statement.Contains("stdout", StringComparison.Ordinal)
        )
        {
            using var reader = await connection.BeginTextExportAsync(statement, TestContext.Current.CancellationToken);
            output.AppendLine(await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
            return;
        }

        await using var command = new NpgsqlCommand(statement, connection) { AllResultTypesAreUnknown = true };
        await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await rows.ReadAsync(TestContext.Current.CancellationToken))
        {
            for (var column = 0; column < rows.FieldCount; column++)
            {
                output.Append(rows.IsDBNull(column) ? "null" : rows.GetString(column)).Append('\n');
            }
        }
    }
}
