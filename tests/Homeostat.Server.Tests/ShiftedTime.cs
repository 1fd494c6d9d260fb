namespace Homeostat.Server.Tests;

/// <summary>The system's clock, as far off as the test says; timers run as they do.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;
}
