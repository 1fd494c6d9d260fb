using System.Diagnostics;
using Homeostat.Fuzz.Ledger;
using SharpFuzz;

// afl                   run under afl-fuzz, with Homeostat.Ledger.dll instrumented
// replay FOLDER         run every input of a corpus once
// seeds FOLDER         write one good input for each parser
// random FOLDER SECONDS SEED   mutate a corpus at random, without instrumentation
switch (args)
{
    case ["afl"]:
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var input = new MemoryStream();
            stream.CopyTo(input);
            Targets.Run(input.ToArray());
        });
        return 0;
    case ["replay", var folder]:
        var files = Directory.GetFiles(folder);
        foreach (var file in files)
        {
            Targets.Run(File.ReadAllBytes(file));
        }

        Console.WriteLine($"{files.Length} inputs");
        return 0;
    case ["seeds", var folder]:
        Console.WriteLine($"{Seeds.Write(folder)} seeds");
        return 0;
    case ["random", var folder, var seconds, var seed]:
        Console.WriteLine($"{Mutate(folder, int.Parse(seconds), int.Parse(seed))} executions");
        return 0;
    default:
        Console.Error.WriteLine("expected: afl | replay FOLDER | seeds FOLDER | random FOLDER SECONDS SEED");
        return 64;
}

static long Mutate(string folder, int seconds, int seed)
{
    var random = new Random(seed);
    var corpus = Directory.GetFiles(folder).Select(File.ReadAllBytes).ToArray();
    var watch = Stopwatch.StartNew();
    var executions = 0L;
    for (; watch.Elapsed.TotalSeconds < seconds; executions++)
    {
        var input = (byte[])corpus[random.Next(corpus.Length)].Clone();
        for (var change = random.Next(1, 6); change > 0 && input.Length > 1; change--)
        {
            var at = random.Next(1, input.Length);
            input = random.Next(5) switch
            {
                0 => [.. input[..at], .. input[Math.Min(input.Length, at + random.Next(8))..]],
                1 => [.. input[..at], (byte)random.Next(256), .. input[at..]],
                2 => [.. input[..at], .. input[random.Next(at)..]],
                3 => [.. input[..at], (byte)(input[at] ^ (1 << random.Next(8))), .. input[(at + 1)..]],
                _ => [.. input[..at], (byte)random.Next(256), .. input[(at + 1)..]],
            };
        }

        Targets.Run(input);
    }

    return executions;
}
