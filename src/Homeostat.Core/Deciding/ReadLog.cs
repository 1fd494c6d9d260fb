using System.Security.Cryptography;
using System.Text;
using Homeostat.Core.Actions;
using Homeostat.Core.Leases;
using Homeostat.Ledger.Storage;

namespace Homeostat.Core.Deciding;

/// <summary>
/// Writes down permitted reads a little behind them, many in one entry. What waits is bounded in number and in age: a crash
/// loses at most that tail, and while the log does not take it no further read is permitted.
/// </summary>
public sealed class ReadLog(DecisionLog log, TimeProvider clock) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private List<(ActionRequest Request, DateTimeOffset At)> _waiting = [];
    private List<(ActionRequest Request, DateTimeOffset At)> _spare = [];
    private long _taken;
    private bool _isRefused;
    private Task? _running;

    /// <summary>Takes a read; its place in the queue, counted from 1, or 0 where the queue is full or the log refuses.</summary>
    public long TryAdd(ActionRequest request, DateTimeOffset at)
    {
        lock (_lock)
        {
            if (_isRefused || _waiting.Count >= Limits.MaxWaitingReads || _stopping.IsCancellationRequested)
            {
                return 0;
            }

            _waiting.Add((request, at));
            _running ??= Task.Run(RunAsync);
            return ++_taken;
        }
    }

    /// <summary>Writes what waits; only ever once at a time.</summary>
    private async Task FlushAsync()
    {
        List<(ActionRequest Request, DateTimeOffset At)> reads;
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                return;
            }

            (reads, _waiting) = (_waiting, _spare);
        }

        try
        {
            await log.AppendAsync(ReadRecord.Subject, ReadRecord.ContentType, ReadRecord.Encode(reads))
                .ConfigureAwait(false);
            Accept(reads);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Nothing of it is written: it stays in front of what came since, and nothing is added until it is.
            Refuse(reads);
        }
    }

    /// <summary>Ends when everything that was taken is written, or the log has refused it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_running is { } running)
        {
            await running.ConfigureAwait(false);
        }

        await FlushAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            await Task.Delay(Limits.ReadsWait, clock, _stopping.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await FlushAsync().ConfigureAwait(false);
        }
    }

    private void Accept(List<(ActionRequest Request, DateTimeOffset At)> written)
    {
        written.Clear();
        lock (_lock)
        {
            _spare = written;
            _isRefused = false;
        }
    }

    private void Refuse(List<(ActionRequest Request, DateTimeOffset At)> unwritten)
    {
        lock (_lock)
        {
            unwritten.AddRange(_waiting);
            (_spare, _waiting) = ([], unwritten);
            _isRefused = true;
        }
    }
}

/// <summary>
/// Reads as payloads of ledger entries: a row for each lease, operation and set of targets, with how many there were and one
/// SHA-256 over the hashes of their payloads in their order.
/// </summary>
internal static class ReadRecord
{
    public const string ContentType = "application/vnd.homeostat.reads+cbor";
    public const string Subject = "reads";

    private const int MaxTargets = 8;
    private const int MaxRows = 24;

    public static byte[] Encode(IReadOnlyList<(ActionRequest Request, DateTimeOffset At)> reads)
    {
        var rows = reads.GroupBy(read => RowKey.Of(read.Request)).ToList();
        return RecordWriter.Encode(map =>
        {
            map.Number("count", reads.Count);
            map.Time("from", reads[0].At);
            map.Time("to", reads[^1].At);
            map.Bytes("payloads", HashOf(reads.Select(read => read.Request)));
            map.Number("kinds", rows.Count);
            map.Maps("rows", [.. rows.Take(MaxRows)], (inner, row) => Write(inner, row.Key, [.. row]));
        });
    }

    private static void Write(
        RecordWriter map,
        RowKey key,
        IReadOnlyCollection<(ActionRequest Request, DateTimeOffset At)> reads
    )
    {
        var effects = reads.First().Request.Effects;
        map.Text("lease", key.Lease.Value);
        map.Text("agent", key.Agent.Value);
        map.Text("operation", DecisionRecord.Cut(key.Operation));
        map.Number("count", reads.Count);
        map.Number("targets", effects.Count);
        map.Texts("first", [.. effects.Take(MaxTargets).Select(effect => DecisionRecord.Cut(effect.Target.Value))]);
        map.Bytes("payloads", HashOf(reads.Select(read => read.Request)));
    }

    private static byte[] HashOf(IEnumerable<ActionRequest> requests)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var request in requests)
        {
            hash.AppendData(Encoding.ASCII.GetBytes(request.PayloadHash));
        }

        return hash.GetHashAndReset();
    }

    private readonly record struct RowKey(LeaseId Lease, AgentId Agent, string Operation, string Targets)
    {
        public static RowKey Of(ActionRequest request) =>
            new(
                request.Lease,
                request.Agent,
                request.Operation,
                request.Effects is [var only]
                    ? only.Target.Value
                    : string.Join('\n', request.Effects.Select(effect => effect.Target.Value))
            );
    }
}
