using System.Diagnostics;
using System.Globalization;

namespace Homeostat.Bench;

/// <summary>Processor time of a process, in seconds.</summary>
internal readonly record struct Spent(double User, double System)
{
    private const double TicksASecond = 100;

    public double All => User + System;

    public static Spent Of(Process process) => Of(process.Id);

    public static Spent Of(int process)
    {
        // Linux: proc_pid_stat(5), fields 14 and 15.
        var fields = Fields(process);
        return new Spent(Seconds(fields[11]), Seconds(fields[12]));
    }

    /// <summary>Of the children that have ended and were waited for: fields 16 and 17.</summary>
    public static Spent OfEndedChildren(int process)
    {
        var fields = Fields(process);
        return new Spent(Seconds(fields[13]), Seconds(fields[14]));
    }

    /// <summary>Of a process and all children that it has and had.</summary>
    public static Spent OfFamily(int process)
    {
        var sum = Of(process) + OfEndedChildren(process);
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var other) && other != process)
            {
                sum += OfChild(other, process);
            }
        }

        return sum;
    }

    public static Spent operator -(Spent left, Spent right) => new(left.User - right.User, left.System - right.System);

    public static Spent operator +(Spent left, Spent right) => new(left.User + right.User, left.System + right.System);

    private static Spent OfChild(int process, int parent)
    {
        try
        {
            return Fields(process)[1] == parent.ToString(CultureInfo.InvariantCulture) ? Of(process) : default;
        }
        catch (IOException)
        {
            // It ended meanwhile: its parent counts it the next time.
            return default;
        }
    }

    /// <summary>From field 3 on; the name in field 2 may hold spaces.</summary>
    private static string[] Fields(int process)
    {
        var line = File.ReadAllText($"/proc/{process}/stat");
        return line[(line.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static double Seconds(string ticks) => long.Parse(ticks, CultureInfo.InvariantCulture) / TicksASecond;
}
