namespace Homeostat.Cli.Running;

/// <summary>The name that the program was called by, so that advice can be pasted where it is printed.</summary>
internal static class CalledAs
{
    public const string Variable = "HOMEOSTAT_CALLED_AS";

    private const string Default = "homeostat";
    private const int Longest = 256;

    public static string Name { get; } = Of(Environment.GetEnvironmentVariable(Variable));

    /// <summary>What the script says of itself, where that is a plain word that a shell takes as it is.</summary>
    public static string Of(string? said) =>
        said is { Length: > 0 and <= Longest } && said.All(IsPlain) ? said : Default;

    private static bool IsPlain(char character) => char.IsAsciiLetterOrDigit(character) || "./_-~+".Contains(character);
}
