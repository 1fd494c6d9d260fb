namespace Homeostat.Estates.Scenarios;

/// <summary>The time of a scenario: it passes only when a step says so.</summary>
internal sealed class ScenarioClock(DateTimeOffset start) : TimeProvider
{
    private DateTimeOffset _now = start;

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;
}
