using System.Diagnostics;
using Npgsql;

namespace Homeostat.Bench.Postgres;

/// <summary>
/// Leases revoked while their agents wait for a statement: how long after the call the client is cut off, and how long its backend, which can
/// be interrupted, stays at work.
/// </summary>
internal static class Cuts
{
    private const int Count = 100;
    private const int WarmUps = 10;

    public static async Task MeasureAsync(BenchReport report, Gateway gateway, Entrance direct)
    {
        await using var watch = await ClientConnection.OpenAsync(direct);
        var (cut, gone) = (new List<double>(), new List<double>());
        for (var i = 0; i < WarmUps + Count; i++)
        {
            var entrance = await gateway.LendAsync($"cut-{i}");
            await using var connection = await ClientConnection.OpenAsync(entrance);
            var backend = await ScalarAsync<int>(connection, "select pg_backend_pid()");
            var waiting = CutAsync(connection);
            while (!await IsAtWorkAsync(watch, backend))
            {
                await Task.Delay(1);
            }

            var began = Stopwatch.GetTimestamp();
            var revoked = gateway.RevokeAsync(entrance.User);
            var left = GoneAsync(watch, backend);
            var ended = await waiting;
            await revoked;
            if (i >= WarmUps)
            {
                cut.Add(Stopwatch.GetElapsedTime(began, ended).TotalMilliseconds);
                gone.Add(Stopwatch.GetElapsedTime(began, await left).TotalMilliseconds);
            }
            else
            {
                await left;
            }
        }

        report.Figure("client_cut_p50_ms", At(cut, 0.5)).Figure("client_cut_p99_ms", At(cut, 0.99));
        report.Figure("backend_gone_p50_ms", At(gone, 0.5)).Figure("backend_gone_p99_ms", At(gone, 0.99));
        report.AtMost("client_cut_p99_ms", 10).AtMost("backend_gone_p99_ms", 100);
    }

    /// <summary>When the client was told that it is over.</summary>
    private static async Task<long> CutAsync(NpgsqlConnection connection)
    {
        try
        {
            await ScalarAsync<object>(connection, "select pg_sleep(60)");
        }
        catch (NpgsqlException)
        {
            return Stopwatch.GetTimestamp();
        }

        throw new InvalidOperationException("a session outlived its lease");
    }

    private static async Task<long> GoneAsync(NpgsqlConnection watch, int backend)
    {
        while (await IsAtWorkAsync(watch, backend))
        {
            await Task.Yield();
        }

        return Stopwatch.GetTimestamp();
    }

    private static Task<bool> IsAtWorkAsync(NpgsqlConnection watch, int backend) =>
        ScalarAsync<bool>(
            watch,
            $"select exists(select from pg_stat_activity where pid = {backend} and state = 'active' and query like '%pg_sleep%')"
        );

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static double At(List<double> times, double share)
    {
        times.Sort();
        return times[(int)Math.Min(times.Count - 1, share * times.Count)];
    }
}
