using System.Diagnostics;
using Homeostat.Client.Contract;

namespace Homeostat.Bench.Serve;

/// <summary>
/// What follows a permit: a source sees the instance stopped, the agent tells so, the permit is settled, and the source
/// sees it running again. All of it is load beside the decisions that are counted.
/// </summary>
internal sealed class Settling : IAsyncDisposable
{
    private const int Connections = 8;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    private readonly Service _service;
    private readonly Agents _agents;
    private readonly TimeProvider _clock;
    private readonly Wire _wire;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private List<int> _restarted = [];
    private int _settled;
    private int _unsettled;

    public Settling(Service service, Agents agents, TimeProvider clock)
    {
        (_service, _agents, _clock) = (service, agents, clock);
        _wire = new Wire(service.Address, Connections);
        _running = Task.Run(RunAsync);
    }

    public int Settled => Volatile.Read(ref _settled);

    /// <summary>Claims that the service did not settle; there must be none.</summary>
    public int Unsettled => Volatile.Read(ref _unsettled);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _wire.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(Every, CancellationToken.None);
            List<(string Permit, int Instance)> stopped;
            lock (_agents.Permitted)
            {
                stopped = [.. _agents.Permitted];
                _agents.Permitted.Clear();
            }

            if (stopped.Count + _restarted.Count > 0)
            {
                await SettleAsync(stopped);
            }
        }
    }

    private async Task SettleAsync(List<(string Permit, int Instance)> stopped)
    {
        await _service.Estate.TellAsync(
            Agents.Seen(
                [.. stopped.Select(row => (row.Instance, "stopped")), .. _restarted.Select(at => (at, "running"))],
                _clock.GetUtcNow()
            )
        );
        _restarted.ForEach(_agents.Free);
        foreach (var (permit, instance) in stopped)
        {
            var claim = new OutcomeBody { Permit = permit, Claim = "done" };
            var bytes = Requests.Post(
                "/v1/outcomes",
                _agents.SecretOf(instance),
                claim,
                ContractJson.Default.OutcomeBody
            );
            _wire.Add(new Job(bytes, Stopwatch.GetTimestamp(), instance, Answered));
        }

        await _wire.DrainAsync();
        _restarted = [.. stopped.Select(row => row.Instance)];
    }

    private void Answered(in Job job, in Answer answer)
    {
        var isSettled = answer.Status == 200 && answer.Body.IndexOf("\"settled\":true"u8) >= 0;
        Interlocked.Increment(ref isSettled ? ref _settled : ref _unsettled);
    }
}
