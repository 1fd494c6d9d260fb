using System.Globalization;
using Homeostat.Bench.Postgres;

// Usage: postgres [SCALE [WHAT…]]; a scale below 1 measures for less time; WHAT is gateway, pgbouncer, direct, idle, cuts or profile,
// and all but profile where none is named.
if (args is not ["postgres", ..])
{
    await Console.Error.WriteLineAsync("expected postgres: see bench/run --list");
    return 64;
}

var scale = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 1.0;
await using var bench = new PostgresBench(scale, args.Length > 2 ? [.. args[2..]] : null);
await bench.RunAsync();
bench.Report.Print(Console.Out);
return 0;
