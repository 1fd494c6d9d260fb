namespace Homeostat.Cli;

/// <summary>What a command tells the shell; verdicts have codes of their own so that a CI step can branch on them.</summary>
internal static class ExitCode
{
    public const int Allow = 0;

    /// <summary>A replay did not end as its scenario expects.</summary>
    public const int Failed = 1;

    public const int Modify = 10;
    public const int StepUp = 20;
    public const int Defer = 30;
    public const int Deny = 40;
    public const int Usage = 64;
    public const int BadInput = 65;
    public const int Unavailable = 69;
    public const int Internal = 70;
}
