namespace Homeostat.Cli.Doctoring;

/// <summary>Whether the log has room: without room nothing is permitted.</summary>
internal static class Disk
{
    private const string Name = "disk";

    public static Check Run(string folder, DateTimeOffset? first, DateTimeOffset now)
    {
        var drive = new DriveInfo(Path.GetFullPath(folder));
        return Judge(drive.AvailableFreeSpace, SizeOf(folder), now - first);
    }

    /// <param name="written">Bytes in the folder, written within <paramref name="span"/>.</param>
    public static Check Judge(long free, long written, TimeSpan? span)
    {
        const string remedy = "make room, or move the folder to a larger disk";
        if (free < Limits.LeastFree)
        {
            return Check.Fail(Name, $"{Megabytes(free)} are free: the log is about to be refused", remedy);
        }

        var perDay = span is { TotalHours: >= 1 } known ? written / known.TotalDays : 0;
        var days = perDay > 0 ? free / perDay : double.PositiveInfinity;
        return free < Limits.LittleFree ? Check.Advise(Name, $"{Megabytes(free)} are free", remedy)
            : days < Limits.DaysLeft
                ? Check.Advise(
                    Name,
                    $"{Megabytes(free)} are free, and at the present rate the log fills them in {days:0.#} days",
                    remedy
                )
            : Check.Good(Name, $"{Megabytes(free)} are free");
    }

    private static long SizeOf(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    private static string Megabytes(long bytes) => $"{bytes / 1_048_576} MiB";
}
