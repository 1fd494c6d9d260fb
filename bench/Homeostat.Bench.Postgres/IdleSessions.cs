using Npgsql;

namespace Homeostat.Bench.Postgres;

/// <summary>Connections that have asked once and now say nothing.</summary>
internal static class IdleSessions
{
    public const int Count = 500;

    public static async Task MeasureAsync(BenchReport report, Gateway gateway)
    {
        var before = gateway.ResidentMb();
        var connections = new List<NpgsqlConnection>();
        try
        {
            for (var i = 0; i < Count; i++)
            {
                connections.Add(await OpenAsync(gateway.Entrance));
            }

            // Until what opening them left behind can be collected, and no longer than somebody would wait.
            await Task.Delay(TimeSpan.FromSeconds(5));
            report.Figure("idle_500_before_mb", before).Figure("idle_500_mb", gateway.ResidentMb());
            report.AtMost("idle_500_mb", 500);
        }
        finally
        {
            foreach (var connection in connections)
            {
                await connection.DisposeAsync();
            }
        }
    }

    private static async Task<NpgsqlConnection> OpenAsync(Entrance entrance)
    {
        var connection = await ClientConnection.OpenAsync(entrance);
        await using var command = new NpgsqlCommand("select abalance from pgbench_accounts where aid = 1", connection);
        _ = await command.ExecuteScalarAsync();
        return connection;
    }
}
