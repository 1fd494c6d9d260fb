namespace Homeostat.Cli.Doctoring;

/// <summary>How a check ended; only a failing one changes the exit code.</summary>
internal enum Health
{
    Failing = 0,

    /// <summary>It works, and protects less than it could, or not for long.</summary>
    Advisory,

    Good,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Remedy">What to do about it; null where it is good.</param>
internal sealed record Check(string Name, Health Health, string Text, string? Remedy = null)
{
    public static Check Good(string name, string text) => new(name, Health.Good, text);

    public static Check Advise(string name, string text, string remedy) => new(name, Health.Advisory, text, remedy);

    public static Check Fail(string name, string text, string remedy) => new(name, Health.Failing, text, remedy);
}
