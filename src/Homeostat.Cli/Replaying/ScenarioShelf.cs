using Homeostat.Cli.Running;
using Homeostat.Estates.Scenarios;

namespace Homeostat.Cli.Replaying;

/// <summary>Finds scenarios: files, folders of files, and the ones that come with homeostat, by their names.</summary>
internal static class ScenarioShelf
{
    private static readonly string[] Extensions = [".yaml", ".yml"];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "scenarios");

    public static IReadOnlyList<string> Shipped =>
        [.. FilesIn(Folder).Select(path => Path.GetFileNameWithoutExtension(path)!)];

    /// <summary>The file of a name or path; a folder is all the files in it.</summary>
    /// <exception cref="UsageException">It is neither.</exception>
    public static IReadOnlyList<string> Find(string nameOrPath)
    {
        if (Directory.Exists(nameOrPath))
        {
            var files = FilesIn(nameOrPath);
            return files.Count > 0
                ? files
                : throw new UsageException($"{nameOrPath} has no scenario in it: files end in .yaml or .yml");
        }

        if (File.Exists(nameOrPath))
        {
            return [nameOrPath];
        }

        var shipped = Path.Combine(Folder, nameOrPath + Extensions[0]);
        return nameOrPath.AsSpan().IndexOfAny('/', '\\') < 0 && File.Exists(shipped)
            ? [shipped]
            : throw new UsageException(
                $"there is no scenario {nameOrPath}: give a file, a folder, or one of {string.Join(", ", Shipped)}"
            );
    }

    public static IReadOnlyList<string> All => FilesIn(Folder);

    /// <summary>Reads all of them; what is wrong with any is said at once, and the others can be used.</summary>
    /// <exception cref="ScenarioException">None can be used.</exception>
    public static (IReadOnlyList<Scenario> Scenarios, IReadOnlyList<ScenarioError> Errors) Load(
        IEnumerable<string> paths
    )
    {
        var scenarios = new List<Scenario>();
        var errors = new List<ScenarioError>();
        foreach (var path in paths)
        {
            try
            {
                scenarios.Add(ScenarioFile.Load(path));
            }
            catch (ScenarioException refusal)
            {
                errors.AddRange(refusal.Errors);
            }
        }

        return errors.Count == 0 || scenarios.Count > 0 ? (scenarios, errors) : throw new ScenarioException(errors);
    }

    /// <summary>Says what is wrong with the files that were left out; the exit code of the whole command.</summary>
    public static int Report(IReadOnlyList<ScenarioError> errors, Terminal terminal, int otherwise)
    {
        foreach (var problem in errors)
        {
            terminal.Error.WriteLine($"homeostat: {PlainText.Clean(problem.ToString())}");
        }

        return errors.Count > 0 ? ExitCode.BadInput : otherwise;
    }

    private static List<string> FilesIn(string folder) =>
        Directory.Exists(folder)
            ?
            [
                .. Directory
                    .EnumerateFiles(folder)
                    .Where(path => Extensions.Contains(Path.GetExtension(path)))
                    .Order(StringComparer.Ordinal),
            ]
            : [];
}
