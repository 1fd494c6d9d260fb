namespace Homeostat.Cli.Reviewing;

/// <summary>The clock of one review: it stands at the time of judgement, while durations are measured as they pass.</summary>
internal sealed class JudgementClock(DateTimeOffset now, TimeProvider running) : TimeProvider
{
    public override long TimestampFrequency => running.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => now;

    public override long GetTimestamp() => running.GetTimestamp();
}
