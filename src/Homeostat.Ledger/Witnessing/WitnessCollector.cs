using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Storage;

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
    private readonly List<(long Size, TaskCompletionSource<SignedNote> Done)> _waiters = [];
    private readonly Task _rounds;
    private SignedNote? _newest;
    private long _size = -1;
    private Exception? _ended;

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
                return _newest;
            }
        }
    }

    /// <summary>Waits until an entry is covered by a witnessed checkpoint, and proves it against that; *durable* becomes *witnessed*.</summary>
    public async Task<Receipt> WitnessAsync(Receipt receipt, CancellationToken cancellationToken = default)
    {
        var note = await WaitAsync(receipt.Index + 1).WaitAsync(cancellationToken);
        var checkpoint = Checkpoint.Parse(note.Text);
        return receipt with
        {
            TreeSize = checkpoint.Size,
            Root = checkpoint.Root,
            Checkpoint = note.ToBytes(),
            InclusionProof = _log.ProveInclusion(receipt.Index, checkpoint.Size),
            WitnessedBy = [.. _client.Policy.Cosigners(note).Order(StringComparer.Ordinal)],
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
            while (true)
            {
                await _log.PublishedAsync(_size + 1, _stop.Token);
                await RoundAsync();
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

    private async Task RoundAsync()
    {
        var published = _log.PublishedCheckpoint();
        var size = Checkpoint.Parse(published.Text).Size;
        var cosigned = await _client.GatherAsync(published, _log.ProveConsistency, _stop.Token);
        if (!_client.Policy.IsSatisfied(_client.Policy.Cosigners(cosigned)))
        {
            // Too few answered. Nothing is witnessed, and the next round starts after a while.
            await Task.Delay(Limits.WitnessRetry, _time, _stop.Token);
            return;
        }

        _log.WriteWitnessed(cosigned);
        Announce(cosigned, size);
    }

    private void Announce(SignedNote note, long size)
    {
        lock (_lock)
        {
            _newest = note;
            _size = size;
            foreach (var (_, done) in _waiters.Where(waiter => waiter.Size <= size))
            {
                done.TrySetResult(note);
            }

            _waiters.RemoveAll(waiter => waiter.Size <= size);
        }
    }

    private Task<SignedNote> WaitAsync(long size)
    {
        lock (_lock)
        {
            if (_newest is { } note && _size >= size)
            {
                return Task.FromResult(note);
            }

            if (_ended is { } e)
            {
                return Task.FromException<SignedNote>(
                    new IOException($"nothing is witnessed any more: {e.Message}", e)
                );
            }

            var done = new TaskCompletionSource<SignedNote>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((size, done));
            return done.Task;
        }
    }
}
