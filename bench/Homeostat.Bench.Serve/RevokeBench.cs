using System.Diagnostics;
using Homeostat.Testing;

namespace Homeostat.Bench.Serve;

/// <summary>
/// From the call that revokes a lease to the first decision under it that is refused, while other agents keep the service
/// busy. From then on none is allowed any more, which is checked.
/// </summary>
internal static class RevokeBench
{
    private const double Rate = 4_000;
    private const int Connections = 48;
    private const int Probes = 4;

    public static async Task<BenchReport> RunAsync(double scale)
    {
        var folder = Directory.CreateTempSubdirectory("homeostat-bench-");
        try
        {
            var clock = TimeProvider.System;
            var estate = GeneratedState.WriteFile(
                Path.Combine(folder.FullName, "estate.tfstate"),
                Agents.FileResources
            );
            using var service = await Service.StartAsync(
                Path.Combine(folder.FullName, "data"),
                estate,
                clock.GetUtcNow()
            );
            var agents = await Agents.PrepareAsync(service, estate, clock);
            var tally = new Tally(agents);
            using var wire = new Wire(service.Address, Connections);
            await using var settling = new Settling(service, agents, clock);
            await Pace.ClosedAsync(wire, Connections, ServeBench.Seconds(20, scale), tally.Next);
            var report = await MeasureAsync(service, wire, tally, (int)(400 * scale), scale);
            tally.Check();
            return report;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<BenchReport> MeasureAsync(
        Service service,
        Wire wire,
        Tally tally,
        int revocations,
        double scale
    )
    {
        var secrets = new string[revocations];
        for (var i = 0; i < revocations; i++)
        {
            secrets[i] = await Agents.GrantAsync(service.Operator, $"revoked-{i}");
        }

        var (refused, acknowledged, after) = (new List<double>(), new List<double>(), 0);
        using var probes = new Wire(service.Address, Probes + 1);
        var load = Pace.OpenAsync(wire, Rate, ServeBench.Seconds(revocations * 0.06 / scale, scale), tally.Next);
        for (var i = 0; i < revocations; i++)
        {
            var probe = new Probe(probes, Agents.Look(secrets[i], Agents.Instance(i)));
            var delete = Requests.Delete($"/v1/leases/revoked-{i}", service.OperatorToken);
            await probe.RunAsync(Probes, delete);
            refused.Add(probe.RefusedMs);
            acknowledged.Add(probe.AcknowledgedMs);
            after += probe.AllowedAfter;
        }

        var underLoad = !load.IsCompleted;
        await load;
        return new BenchReport("revoke")
            .Figure("revocations_count", revocations)
            .Figure("refused_p50_ms", Percentile(refused, 0.50))
            .Figure("refused_p99_ms", Percentile(refused, 0.99))
            .Figure("acknowledged_p50_ms", Percentile(acknowledged, 0.50))
            .Figure("acknowledged_p99_ms", Percentile(acknowledged, 0.99))
            .Figure("allowed_after_count", after)
            .Figure("all_under_load_count", underLoad ? 1 : 0)
            .AtMost("refused_p99_ms", 10)
            .AtMost("allowed_after_count", 0);
    }

    private static double Percentile(List<double> values, double share)
    {
        values.Sort();
        return values[(int)Math.Min(values.Count - 1, share * values.Count)];
    }

    /// <summary>Asks under one lease without a pause, revokes it meanwhile, and notes what is answered when.</summary>
    private sealed class Probe(Wire wire, byte[] question)
    {
        private readonly Lock _lock = new();
        private readonly List<(long Sent, long Received, bool IsAllowed)> _answers = [];
        private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _revoking;
        private long _revoked;
        private bool _isOver;

        public double RefusedMs => Ms(FirstRefused);

        public double AcknowledgedMs => Ms(_revoked);

        /// <summary>Decisions that were asked for when the revocation was acknowledged or a refusal seen, and allowed.</summary>
        public int AllowedAfter
        {
            get
            {
                var since = Math.Min(_revoked, FirstRefused);
                return _answers.Count(row => row.IsAllowed && row.Sent > since);
            }
        }

        private long FirstRefused => _answers.Where(row => !row.IsAllowed).Min(row => row.Received);

        public async Task RunAsync(int atOnce, byte[] delete)
        {
            for (var i = 0; i < atOnce; i++)
            {
                wire.Add(new Job(question, 0, 0, Answered));
            }

            await Task.Delay(20);
            _revoking = Stopwatch.GetTimestamp();
            wire.Add(new Job(delete, 0, 0, Revoked));
            await _refused.Task;
            await Task.Delay(10);
            _isOver = true;
            await wire.DrainAsync();
        }

        private double Ms(long at) => (at - _revoking) * 1000.0 / Stopwatch.Frequency;

        private void Revoked(in Job job, in Answer answer) =>
            _revoked =
                answer.Status == 200
                    ? answer.Received
                    : throw new InvalidOperationException($"the revocation was answered {answer.Status}");

        private void Answered(in Job job, in Answer answer)
        {
            var isAllowed = answer.Body.IndexOf("\"verdict\":\"allow\""u8) >= 0;
            lock (_lock)
            {
                _answers.Add((answer.Sent, answer.Received, isAllowed));
            }

            if (!isAllowed)
            {
                _refused.TrySetResult();
            }

            if (!_isOver)
            {
                wire.Add(job);
            }
        }
    }
}
