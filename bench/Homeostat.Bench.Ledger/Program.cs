using System.Globalization;
using Homeostat.Bench.Ledger;

// Measures the ledger on this machine. Usage: ledger [SCALE [STAGE…]]; a stage is one of those below, and a run of some of them says so by missing its
// other targets. HOMEOSTAT_BENCH_POSTGRES is a connection string for another PostgreSQL server than the one this starts.
var scale = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 1.0;
string[] all = ["durable", "batched", "latency", "witnessed", "reading", "open", "peers"];
var stages = args.Length > 2 ? args[2..] : all;
if (stages.Except(all, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
{
    await Console.Error.WriteLineAsync($"no stage is called '{unknown}'; there are {string.Join(", ", all)}");
    return 64;
}

using var bench = new LedgerBench(scale);
await bench.RunAsync(stages);
bench.Report.Print(Console.Out);
return 0;
