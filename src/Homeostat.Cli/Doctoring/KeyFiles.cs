namespace Homeostat.Cli.Doctoring;

/// <summary>Whether the keys are for their owner only.</summary>
internal static class KeyFiles
{
    private const UnixFileMode Owners = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly string[] Secrets = ["operator.token", "estate.token", "log.key"];

    public static IEnumerable<Check> Run(string folder)
    {
        if (!Directory.Exists(folder))
        {
            yield return Check.Fail(
                "folder",
                $"there is no {folder}",
                "start a service with `homeostat up`, or give --data"
            );
            yield break;
        }

        yield return Of("folder", folder, "700");
        foreach (var name in Secrets)
        {
            var file = Path.Combine(folder, name);
            yield return File.Exists(file)
                ? Of("keys", file, "600")
                : Check.Fail("keys", $"{file} is not there", "start the service once: it makes what is missing");
        }
    }

    private static Check Of(string name, string path, string mode)
    {
        if (OperatingSystem.IsWindows())
        {
            return Check.Fail(name, $"{path}: file modes cannot be told here", "run the service on Linux or macOS");
        }

        return (File.GetUnixFileMode(path) & ~Owners) == UnixFileMode.None
            ? Check.Good(name, $"{path} is for its owner only")
            : Check.Fail(
                name,
                $"others than its owner can use {path}",
                $"chmod {mode} {path}; then make new secrets: others may have read these"
            );
    }
}
