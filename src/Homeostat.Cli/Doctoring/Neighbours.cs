using System.Globalization;

namespace Homeostat.Cli.Doctoring;

/// <summary>Programs under the user that owns the keys: they can read them, and so act as the operator.</summary>
internal static class Neighbours
{
    private const string Name = "user";
    private const int Shown = 8;

    public static Check Run(string processes = "/proc")
    {
        if (!Directory.Exists(Path.Combine(processes, "self")))
        {
            return Check.Advise(
                Name,
                "who else runs under this user cannot be told here",
                "run agents under users of their own"
            );
        }

        var own = UserOf(Path.Combine(processes, "self"));
        var others = Directory
            .EnumerateDirectories(processes)
            .Where(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out _))
            .Where(folder => UserOf(folder) == own)
            .Select(ProgramOf)
            .OfType<string>()
            .Where(program => !program.StartsWith("homeostat-", StringComparison.Ordinal))
            .CountBy(program => program)
            .OrderByDescending(program => program.Value)
            .ToList();
        if (own == 0)
        {
            return Check.Advise(
                Name,
                "advisory: this is root, whose programs can read every key",
                "run the service under a user of its own, and agents under others"
            );
        }

        var names = string.Join(", ", others.Take(Shown).Select(program => program.Key));
        return others.Count == 0
            ? Check.Good(Name, "no other program runs under this user")
            : Check.Advise(
                Name,
                $"advisory: other programs run under the same user and can read the keys: {names}",
                "run agents under users of their own; as long as one shares this user, its leases are a convention"
            );
    }

    /// <summary>Null where it is gone by now, or not ours to see.</summary>
    private static int? UserOf(string folder)
    {
        try
        {
            var line = File.ReadLines(Path.Combine(folder, "status"))
                .FirstOrDefault(line => line.StartsWith("Uid:", StringComparison.Ordinal));
            return line is null ? null : int.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? ProgramOf(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "comm")).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
