using System.Globalization;
using Homeostat.Bench;
using Homeostat.Bench.Serve;

// Usage: serve|revoke [SCALE]; a scale below 1 measures for less time.
var scale = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 1.0;
var report = (args.Length > 0 ? args[0] : "") switch
{
    "serve" => await ServeBench.RunAsync(scale),
    "revoke" => await RevokeBench.RunAsync(scale),
    _ => null,
};
if (report is null)
{
    await Console.Error.WriteLineAsync("expected serve or revoke: see bench/run --list");
    return 64;
}

report.Print(Console.Out);
return 0;
