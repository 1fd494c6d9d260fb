namespace Homeostat.Core.Actions;

/// <summary>
/// The answers of AARM from the most restrictive to the least; <c>default</c> is <see cref="Deny"/>, and combining
/// takes the most restrictive.
/// </summary>
public enum Verdict : byte
{
    /// <summary>It would do harm, or nothing entitles the agent to it.</summary>
    Deny = 0,

    /// <summary>Evidence is missing: look again, then ask again.</summary>
    Defer = 1,

    /// <summary>Independent critics must review it first.</summary>
    StepUp = 2,

    /// <summary>A safer form of it is allowed.</summary>
    Modify = 3,

    Allow = 4,
}

public static class Verdicts
{
    /// <summary>The most restrictive of the two.</summary>
    public static Verdict And(this Verdict left, Verdict right) => left < right ? left : right;
}
