using System.Text.Json;
using Homeostat.Gateways.Postgres.Parsing;
using Npgsql;

namespace Homeostat.Gateways.Postgres.Explaining;

/// <summary>How many rows the planner thinks that a statement gives or touches.</summary>
internal static class RowEstimate
{
    public static bool HasPlan(SqlStatement statement) =>
        statement.Root.Kind is "SelectStmt" or "InsertStmt" or "UpdateStmt" or "DeleteStmt" or "MergeStmt";

    /// <summary>Planned and not run, in a transaction that can only read and is rolled back.</summary>
    public static async Task<(double? Rows, string? Failure)> ReadAsync(
        string connectionString,
        SqlStatement statement,
        CancellationToken token
    )
    {
        try
        {
            var connection = new NpgsqlConnection(connectionString);
            await using (connection.ConfigureAwait(false))
            {
                await connection.OpenAsync(token).ConfigureAwait(false);
                await ExecuteAsync(connection, Before, token).ConfigureAwait(false);
                var command = new NpgsqlCommand($"explain (format json) {statement.Text}", connection);
                await using (command.ConfigureAwait(false))
                {
                    var plan = (string?)await command.ExecuteScalarAsync(token).ConfigureAwait(false);
                    return plan is null ? (null, "the server gave no plan") : (RowsOf(plan), null);
                }
            }
        }
        catch (PostgresException refused)
        {
            return (null, $"the server does not plan it: {refused.MessageText}");
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException or JsonException)
        {
            return (null, $"the server could not be asked: {failure.Message}");
        }
    }

    private static string Before =>
        $"""
            begin transaction read only;
            set local statement_timeout = {(int)Limits.MaxPlanTime.TotalMilliseconds};
            set local lock_timeout = {(int)Limits.MaxPlanTime.TotalMilliseconds}
            """;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string text, CancellationToken token)
    {
        var command = new NpgsqlCommand(text, connection);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        }
    }

    /// <summary>A node that writes says nothing of rows by itself; those below it do.</summary>
    private static double? RowsOf(string plan)
    {
        using var document = JsonDocument.Parse(plan);
        var top = document.RootElement[0].GetProperty("Plan");
        if (top.GetProperty("Node Type").GetString() != "ModifyTable")
        {
            return Rows(top);
        }

        return top.TryGetProperty("Plans", out var below) && below.GetArrayLength() > 0 ? Rows(below[0]) : null;
    }

    private static double Rows(JsonElement node) => node.GetProperty("Plan Rows").GetDouble();
}
