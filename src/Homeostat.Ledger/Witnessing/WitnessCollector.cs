using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Ledger.Witnessing;

/// <summary>
/// Keeps a log's newest published checkpoint witnessed: one round in flight, always for the newest; the rounds follow the appends without a timer.
/// </summary>
public sealed class WitnessCollector : IAsyncDisposable
{
    private readonly LedgerLog _log;
    private readonly WitnessClient _client;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<(long Size, TaskCompletionSource<Witnessed> Done)> _waiters = [];
    private readonly Task _rounds;
    private Witnessed? _newest;
    private Exception? _ended;

    // What a round ended in, with the one prover for all receipts that it covers.
    private sealed record Witnessed(SignedNote Note, Checkpoint Checkpoint, string[] By, TileProver Prover);

    public WitnessCollector(LedgerLog log, WitnessClient client, TimeProvider time)
    {
        _log = log;
        _client = client;
        _time = time;
        _rounds = Task.Run(RunAsync);
    }

    /// <summary>The newest checkpoint that the policy calls witnessed, or null.</summary>
    public SignedNote? Newest
    {
        get
        {
            lock (_lock)
            {
                return _newest?.Note;
            }
        }
    }

    /// <summary>Waits until an entry is covered by a witnessed checkpoint, and proves it against that; *durable* becomes *witnessed*.</summary>
    public async Task<Receipt> WitnessAsync(Receipt receipt, CancellationToken cancellationToken = default)
    {
        var witnessed = await WaitAsync(receipt.Index + 1).WaitAsync(cancellationToken);
        return receipt with
        {
            TreeSize = witnessed.Checkpoint.Size,
            Root = witnessed.Checkpoint.Root,
            Note = new CheckpointNote(witnessed.Note.ToBytes()),
            InclusionProof = witnessed.Prover.Inclusion(receipt.Index, witnessed.Checkpoint.Size),
            WitnessedBy = witnessed.By,
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _rounds;
        lock (_lock)
        {
            _waiters.ForEach(waiter => waiter.Done.TrySetCanceled());
            _waiters.Clear();
        }

        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            for (var size = -1L; ; )
            {
                await _log.PublishedAsync(size + 1, _stop.Token);
                size = await RoundAsync() ?? size;
            }
        }
        catch (OperationCanceledException)
        {
            // The collector is being disposed.
        }
        catch (Exception e)
        {
            // The log has ended, or this code is wrong: whoever waits is told, and nothing is called witnessed any more.
            End(e);
        }
    }

    private void End(Exception e)
    {
        lock (_lock)
        {
            _ended = e;
            _waiters.ForEach(waiter =>
                waiter.Done.TrySetException(new IOException($"nothing is witnessed any more: {e.Message}", e))
            );
            _waiters.Clear();
        }
    }

    // The size that is witnessed now, or null where too few answered.
    private async Task<long?> RoundAsync()
    {
        var published = _log.PublishedCheckpoint();
        var checkpoint = Checkpoint.Parse(published.Text);
        var prover = _log.SharedProver(checkpoint.Size);
        var cosigned = await _client.GatherAsync(published, prover.Consistency, _stop.Token);
        var cosigners = _client.Policy.Cosigners(cosigned);
        if (!_client.Policy.IsSatisfied(cosigners))
        {
            // Nothing is witnessed, and the next round starts after a while.
            await Task.Delay(Limits.WitnessRetry, _time, _stop.Token);
            return null;
        }

        // Whoever waits has all that proves it; the file is for readers and follows. A crash between the two leaves the file of the round before.
        Announce(new Witnessed(cosigned, checkpoint, [.. cosigners.Order(StringComparer.Ordinal)], prover));
        _log.WriteWitnessed(cosigned);
        return checkpoint.Size;
    }

    private void Announce(Witnessed witnessed)
    {
        var size = witnessed.Checkpoint.Size;
        lock (_lock)
        {
            _newest = witnessed;
            foreach (var (_, done) in _waiters.Where(waiter => waiter.Size <= size))
            {
                done.TrySetResult(witnessed);
            }

            _waiters.RemoveAll(waiter => waiter.Size <= size);
        }
    }

    private Task<Witnessed> WaitAsync(long size)
    {
        lock (_lock)
        {
            if (_newest is { } newest && newest.Checkpoint.Size >= size)
            {
                return Task.FromResult(newest);
            }

            if (_ended is { } e)
            {
                return Task.FromException<Witnessed>(new IOException($"nothing is witnessed any more: {e.Message}", e));
            }

            var done = new TaskCompletionSource<Witnessed>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((size, done));
            return done.Task;
        }
    }
}
