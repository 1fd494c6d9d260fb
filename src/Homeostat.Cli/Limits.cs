namespace Homeostat.Cli;

/// <summary>Every size, count and time that the command line bounds, in one place.</summary>
internal static class Limits
{
    /// <summary>Readers of a served log at one time; the next one waits for its connection.</summary>
    public const int LogReaders = 256;

    /// <summary>How long a reader of a served log may take to say what it wants.</summary>
    public static readonly TimeSpan LogRequestTime = TimeSpan.FromSeconds(10);

    /// <summary>Decisions that a query prints unless told.</summary>
    public const int FoundDecisions = 1000;

    /// <summary>How long the doctor watches the clock.</summary>
    public static readonly TimeSpan ClockWatch = TimeSpan.FromMilliseconds(500);

    /// <summary>How far the clock may get from the time that passed within that.</summary>
    public static readonly TimeSpan ClockJump = TimeSpan.FromMilliseconds(250);

    /// <summary>Free bytes below which the log is about to be refused.</summary>
    public const long LeastFree = 256L * 1024 * 1024;

    /// <summary>Free bytes below which somebody should know.</summary>
    public const long LittleFree = 2L * 1024 * 1024 * 1024;

    /// <summary>Days until the disk is full, below which somebody should know.</summary>
    public const int DaysLeft = 7;

    /// <summary>How long the service may take to notice that its overlay changed.</summary>
    public static readonly TimeSpan OverlayDelay = TimeSpan.FromSeconds(5);

    /// <summary>Entries at either end of a log that the doctor looks through for a decision.</summary>
    public const int LookedAtEntries = 1024;

    /// <summary>Different reasons that a report of friction tells apart; the rest are one.</summary>
    public const int FrictionReasons = 1000;

    /// <summary>Different lines of an overlay that it names for one reason.</summary>
    public const int FrictionLines = 20;

    /// <summary>Entries that a note names; of the others it says how many they are.</summary>
    public const int NamedEntries = 10;

    /// <summary>How far a decision's time may lie before an earlier decision's: clocks are set, and requests overtake one another.</summary>
    public static readonly TimeSpan ClockStep = TimeSpan.FromSeconds(2);
}
