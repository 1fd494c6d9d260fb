using System.Diagnostics;
using Homeostat.Testing;

namespace Homeostat.Architecture.Tests.Files;

/// <summary>The texts that the repository tracks, or that would be added to it.</summary>
internal static class TrackedFiles
{
    /// <summary>Path from the root, with slashes, and text; null where this is not a checkout or git is missing.</summary>
    public static IReadOnlyList<(string Path, string Text)>? Read()
    {
        var root = SharedFolder.Root();
        return List(root)
            ?.Where(path => File.Exists(Path.Combine(root, path)))
            .Select(path => (path, File.ReadAllText(Path.Combine(root, path))))
            .Where(file => !file.Item2.Contains('\0', StringComparison.Ordinal))
            .ToList();
    }

    private static string[]? List(string root)
    {
        var start = new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var git = Process.Start(start)!;
            var names = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0 ? names.Split('\0', StringSplitOptions.RemoveEmptyEntries) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
