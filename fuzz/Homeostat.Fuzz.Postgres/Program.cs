using Homeostat.Fuzz.Postgres;
using SharpFuzz;

// TARGET is statements or wire.
// TARGET afl                  run under afl-fuzz, with Homeostat.Gateways.dll instrumented
// TARGET replay PATH          run a file, or every file of a folder, once
// TARGET seeds FOLDER [FROM]  write inputs to start from; statements are also cut out of the scripts in FROM
if (args is not [var name, ..] || Targets.Find(name) is not { } target)
{
    await Console.Error.WriteLineAsync($"expected one of {string.Join(", ", Targets.Names)}");
    return 64;
}

switch (args[1..])
{
    case ["afl"]:
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var input = new MemoryStream();
            stream.CopyTo(input);
            target.Run(input.ToArray());
        });
        return 0;
    case ["replay", var path]:
        var files = Directory.Exists(path) ? Directory.GetFiles(path) : [path];
        var failed = 0;
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            try
            {
                target.Run(await File.ReadAllBytesAsync(file));
            }
            catch (Exception error)
            {
                failed++;
                Console.WriteLine($"{file}: {error}");
            }
        }

        Console.WriteLine($"{files.Length} inputs, {failed} failed");
        return failed == 0 ? 0 : 1;
    case ["seeds", var folder, .. var from]:
        Directory.CreateDirectory(folder);
        var number = 0;
        foreach (var seed in target.Seeds.Concat(from.SelectMany(Scripts.Statements)))
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, $"seed-{number++:d4}"), seed);
        }

        Console.WriteLine($"{number} seeds");
        return 0;
    default:
        await Console.Error.WriteLineAsync("expected: TARGET afl | replay PATH | seeds FOLDER [FROM]");
        return 64;
}
