using Homeostat.Bench;

// BenchmarkDotNet reports means of many equal runs. What is asked here is the median and the 99th percentile over
// different targets, each met cold: a loop with a clock around each call, and a sorted array.
var name = args.Length > 0 ? args[0] : "";
BenchReport? report = name switch
{
    "predict" => PredictBench.Run(),
    "decide" => DecideBench.Run(),
    "load-estate" => LoadEstateBench.Run(),
    "start" => StartBench.Run(),
    _ => null,
};
if (report is null)
{
    await Console.Error.WriteLineAsync($"no measurement is called '{name}': see bench/run --list");
    return 64;
}

report.Print(Console.Out);
return 0;
