using System.Diagnostics;
using System.Formats.Cbor;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;

namespace Homeostat.Bench.Ledger;

/// <summary>Entries signed before the clock starts, and the ways of appending them.</summary>
internal sealed class Load : IDisposable
{
    public const string Origin = "bench.example.org/log";
    private const int EntryBytes = 512;

    public SigningKey Key { get; } = SigningKey.FromSeed(Origin, new byte[32]);

    public ReadOnlyMemory<byte>[] Singles(int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .AsParallel()
                .AsOrdered()
                .Select(i => (ReadOnlyMemory<byte>)Statement.Sign(Key, Header(), Payload(i, 0))),
        ];

    public ReadOnlyMemory<byte>[][] Batches(int count, int size) =>
        [
            .. Enumerable
                .Range(0, count)
                .AsParallel()
                .AsOrdered()
                .Select(b =>
                    Statement
                        .SignBatch(
                            Key,
                            [
                                .. Enumerable
                                    .Range(0, size)
                                    .Select(i => (Header(), (ReadOnlyMemory<byte>)Payload((b * size) + i, 220))),
                            ]
                        )
                        .Select(entry => (ReadOnlyMemory<byte>)entry)
                        .ToArray()
                ),
        ];

    /// <summary>So many callers, each waiting for its answer before it appends again; entries a second.</summary>
    public static async Task<double> ClosedLoop(LedgerLog log, ReadOnlyMemory<byte>[] entries, int callers)
    {
        var next = -1;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(
            Enumerable
                .Range(0, callers)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        for (
                            var i = Interlocked.Increment(ref next);
                            i < entries.Length;
                            i = Interlocked.Increment(ref next)
                        )
                        {
                            await Patiently(async () => await log.AppendAsync(entries[i]));
                        }
                    })
                )
        );
        return entries.Length / watch.Elapsed.TotalSeconds;
    }

    public static async Task<double> ClosedLoop(LedgerLog log, ReadOnlyMemory<byte>[][] batches, int callers)
    {
        var next = -1;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(
            Enumerable
                .Range(0, callers)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        for (
                            var i = Interlocked.Increment(ref next);
                            i < batches.Length;
                            i = Interlocked.Increment(ref next)
                        )
                        {
                            await Patiently(async () => await log.AppendAsync(batches[i]));
                        }
                    })
                )
        );
        return batches.Sum(batch => batch.Length) / watch.Elapsed.TotalSeconds;
    }

    /// <summary>A log whose tiles are behind refuses; a caller waits and asks again, and its waiting is in the rate.</summary>
    private static async Task Patiently(Func<Task> append)
    {
        while (true)
        {
            try
            {
                await append();
                return;
            }
            catch (AppendRefusedException refused) when (refused.Refusal == AppendRefusal.Busy)
            {
                await Task.Delay(1);
            }
        }
    }

    public void Dispose() => Key.Dispose();

    private static StatementHeader Header() => new("bench", "entry", "application/cbor");

    private static byte[] Payload(int number, int less)
    {
        var writer = new CborWriter();
        writer.WriteStartArray(2);
        writer.WriteInt32(number);
        writer.WriteByteString(new byte[EntryBytes - 164 - less]);
        writer.WriteEndArray();
        return writer.Encode();
    }
}
