using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>
/// Hands over the permits whose statements are over, many together and soon. What cannot be handed over is kept and tried
/// again; until then those permits count as outstanding, which only holds back.
/// </summary>
internal sealed class Settler : IAsyncDisposable
{
    private readonly Channel<FinishedPermit> _finished = Channel.CreateUnbounded<FinishedPermit>(
        new UnboundedChannelOptions { SingleReader = true }
    );
    private readonly GatewayParts _parts;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public Settler(GatewayParts parts, ILogger log)
    {
        _parts = parts;
        _log = log;
        _running = Task.Run(RunAsync);
    }

    /// <summary>Bounded by what leases may have outstanding: each permit is added once.</summary>
    public void Add(FinishedPermit finished) => _finished.Writer.TryWrite(finished);

    public async ValueTask DisposeAsync()
    {
        _finished.Writer.TryComplete();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<FinishedPermit>();
        while (await _finished.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            // Each time, also under load: a look for every few permits would cost the server more than their statements do.
            await PauseAsync(Limits.SettleWait).ConfigureAwait(false);
            bool isFull;
            do
            {
                while (batch.Count < Limits.MaxSettledTogether && _finished.Reader.TryRead(out var finished))
                {
                    batch.Add(finished);
                }

                isFull = batch.Count == Limits.MaxSettledTogether;
                await HandOverAsync(batch).ConfigureAwait(false);
                batch.Clear();
            } while (isFull);
        }
    }

    private async Task HandOverAsync(List<FinishedPermit> batch)
    {
        for (var left = Limits.MaxSettleTries; left > 0 && batch.Count > 0; left--)
        {
            try
            {
                await _parts.SettleAsync([.. batch]).ConfigureAwait(false);
                return;
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                Log.NotSettled(_log, batch.Count, failure);
                await PauseAsync(Limits.SettleRetry).ConfigureAwait(false);
            }
        }
    }

    /// <summary>At the end nothing is waited for any more.</summary>
    private async Task PauseAsync(TimeSpan time)
    {
        try
        {
            await Task.Delay(time, _parts.Clock, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // What is left is handed over at once.
        }
    }
}
