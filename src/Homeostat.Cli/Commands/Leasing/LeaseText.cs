using System.Globalization;
using Homeostat.Cli.Running;
using Homeostat.Client.Contract;

namespace Homeostat.Cli.Commands.Leasing;

/// <summary>A lease for people.</summary>
internal static class LeaseText
{
    public static void Write(TextWriter output, LeaseBody lease)
    {
        output.WriteLine(
            $"lease     {lease.Id} for {PlainText.Clean(lease.Agent)}"
                + (lease.Parent is { } parent ? $", under {parent}" : "")
        );
        output.WriteLine($"purpose   {PlainText.Clean(lease.Purpose)}");
        output.WriteLine($"may       {string.Join(", ", lease.Cone.Operations)}; {lease.Cone.Manner}");
        output.WriteLine($"ends      {Time(lease.ExpiresAt)}");
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"left      stress {lease.StressLeft:0.###}, {lease.IrreversibleLeft} irreversible, {lease.ThisMinuteLeft} permits this minute"
            )
        );
        output.WriteLine($"out       {lease.Outstanding} permits that nobody has observed yet");
        if (lease.Refusal is { } refusal)
        {
            output.WriteLine($"refused   {PlainText.Clean(refusal)}");
        }
    }

    /// <summary>One line.</summary>
    public static string Row(LeaseBody lease) =>
        $"{lease.Id, -24} {PlainText.Clean(lease.Agent), -20} {(lease.Refusal is null ? "valid until" : "ended"), -11} {Time(lease.RevokedAt ?? lease.ExpiresAt)}";

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
