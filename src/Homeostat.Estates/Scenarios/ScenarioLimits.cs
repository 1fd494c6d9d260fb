namespace Homeostat.Estates.Scenarios;

/// <summary>Every size and count that a scenario file may have; what exceeds one is refused with its line.</summary>
internal static class ScenarioLimits
{
    public const int MaxFileBytes = 1 << 20;

    /// <summary>Keys and values of one file, before anything is generated.</summary>
    public const int MaxNodes = 100_000;

    public const int MaxDepth = 32;

    /// <summary>Resources of one estate, after everything has been generated.</summary>
    public const int MaxResources = 100_000;

    /// <summary>Steps of one variant, after everything has been generated.</summary>
    public const int MaxSteps = 1_000;

    /// <summary>Errors that are reported of one file.</summary>
    public const int MaxErrors = 100;

    /// <summary>The longest time that anything in a scenario may take or be old.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromDays(36_500);

    /// <summary>How long the runner looks for the part of a refused batch that would be allowed.</summary>
    public static readonly TimeSpan AlternativeCap = TimeSpan.FromSeconds(2);
}
