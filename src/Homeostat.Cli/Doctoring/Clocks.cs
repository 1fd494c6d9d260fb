namespace Homeostat.Cli.Doctoring;

/// <summary>Whether time goes on as it should: ages of evidence, leases and the order of the log rest on it.</summary>
internal static class Clocks
{
    private const string Name = "clock";

    /// <summary>Compares the wall clock with the one that nobody can set.</summary>
    public static async Task<Check> RunAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        var (wall, ticks) = (clock.GetUtcNow(), clock.GetTimestamp());
        await Task.Delay(Limits.ClockWatch, clock, cancellationToken);
        var difference = clock.GetUtcNow() - wall - clock.GetElapsedTime(ticks);
        return difference.Duration() < Limits.ClockJump
            ? Check.Good(Name, "the clock runs as fast as time does")
            : Check.Fail(
                Name,
                $"the clock jumped by {difference.TotalSeconds:0.###} s within {Limits.ClockWatch.TotalSeconds:0.#} s",
                "let a time service slew it instead of setting it (chrony, systemd-timesyncd), then look again"
            );
    }

    /// <summary>A log that knows a later time than the clock: the service decides nothing until it has passed.</summary>
    public static Check OfLog(DateTimeOffset? latest, DateTimeOffset now) =>
        latest is not { } last ? Check.Good(Name, "the log has no decision yet")
        : last - now <= Limits.ClockStep ? Check.Good(Name, $"the last decision on the log is of {last:u}")
        : Check.Fail(
            Name,
            $"the last decision on the log is of {last:u}, and it is {now:u}: nothing is decided until then",
            "set the clock right; if the log's time was the wrong one, wait, or begin a new log"
        );
}
