using System.Formats.Cbor;
using System.Text;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;

// A small process that appends and says what was acknowledged, for tests that kill it or fail its system calls.
// Usage: FOLDER ENTRIES CALLERS; a line "open SIZE", then for each entry "ack INDEX LEAFHASH" or "refused REASON"; "refused to open: …" and 3.
var folder = args[0];
var entries = int.Parse(args[1]);
var callers = int.Parse(args[2]);
var output = Console.OpenStandardOutput();
var turn = new Lock();
using var key = SigningKey.FromSeed("example.org/log", [.. Enumerable.Repeat((byte)1, 32)]);
LedgerLog log;
try
{
    var options = new LedgerOptions { PublishEvery = TimeSpan.Zero, SegmentBytes = 256 * 1024 };
    log = LedgerLog.Open(Path.Combine(folder, "log"), "example.org/log", key, TimeProvider.System, options);
}
catch (LedgerOpenException e)
{
    Say($"refused to open: {e.Message}");
    return 3;
}

Say($"open {log.Size}");
var next = (int)log.Size;
var last = next + entries;
await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(AppendAsync)));
log.Dispose();
Say("closed");
return 0;

async Task AppendAsync()
{
    for (var number = Interlocked.Increment(ref next); number <= last; number = Interlocked.Increment(ref next))
    {
        try
        {
            var receipt = await log.AppendAsync(Entry(number));
            Say($"ack {receipt.Index} {receipt.LeafHash}");
        }
        catch (AppendRefusedException e)
        {
            Say($"refused {e.Refusal}: {e.Message}");
            if (e.Refusal == AppendRefusal.Closed)
            {
                return;
            }
        }
    }
}

byte[] Entry(int number)
{
    var writer = new CborWriter();
    writer.WriteInt32(number);
    return Statement.Sign(key, new StatementHeader("writer", "test", "application/cbor"), writer.Encode());
}

void Say(string line)
{
    lock (turn)
    {
        output.Write(Encoding.UTF8.GetBytes(line + "\n"));
    }
}
