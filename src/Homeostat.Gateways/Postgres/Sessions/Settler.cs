using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>
/// Hands over the permits whose statements are over, many together and soon. What cannot be handed over is kept and tried
/// again; until then those permits count as outstanding, which only holds back. Where more wait than there is room for,
/// or trying again does not help, they stay outstanding and the service settles them at their deadline by looking.
/// </summary>
internal sealed class Settler : IAsyncDisposable
{
    private readonly Channel<FinishedPermit> _finished = Channel.CreateBounded<FinishedPermit>(
        new BoundedChannelOptions(Limits.MaxFinishedWaiting) { SingleReader = true }
    );
    private readonly Func<IReadOnlyList<FinishedPermit>, Task> _settle;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private int _leftOut;

    public Settler(Func<IReadOnlyList<FinishedPermit>, Task> settle, TimeProvider clock, ILogger log)
    {
        (_settle, _clock, _log) = (settle, clock, log);
        _running = Task.Run(RunAsync);
    }

    /// <summary>
    /// Never waits: it is called by the pumps of sessions. What there is no room for is not lost, only what the server
    /// said of it: the permit counts until its deadline, which holds its lease back and lets nothing pass.
    /// </summary>
    public void Add(FinishedPermit finished)
    {
        // At once for the first, so that it is said also where handing over hangs; the others with the next batch.
        if (!_finished.Writer.TryWrite(finished) && Interlocked.Increment(ref _leftOut) == 1)
        {
            Log.LeftToDeadline(_log, 1);
        }
    }

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
                SayLeftOut();
            } while (isFull);
        }
    }

    private async Task HandOverAsync(List<FinishedPermit> batch)
    {
        for (var left = Limits.MaxSettleTries; left > 0 && batch.Count > 0; left--)
        {
            try
            {
                await _settle([.. batch]).ConfigureAwait(false);
                return;
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                Log.NotSettled(_log, batch.Count, failure);
                await PauseAsync(Limits.SettleRetry).ConfigureAwait(false);
            }
        }

        if (batch.Count > 0)
        {
            Log.LeftToDeadline(_log, batch.Count);
        }
    }

    private void SayLeftOut()
    {
        if (Interlocked.Exchange(ref _leftOut, 0) is > 1 and var count)
        {
            Log.LeftToDeadline(_log, count - 1);
        }
    }

    /// <summary>At the end nothing is waited for any more.</summary>
    private async Task PauseAsync(TimeSpan time)
    {
        try
        {
            await Task.Delay(time, _clock, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // What is left is handed over at once.
        }
    }
}
