namespace Homeostat.Cli.Running;

/// <summary>Text from files and other people, made safe to show: it cannot move the cursor or recolour a terminal.</summary>
internal static class PlainText
{
    private const char Replacement = '\uFFFD';

    /// <summary>Control and direction-changing characters become U+FFFD; a tab becomes a blank.</summary>
    public static string Clean(string text) => text.Any(IsUnsafe) ? string.Concat(text.Select(Safe)) : text;

    private static char Safe(char character) =>
        character == '\t' ? ' '
        : IsUnsafe(character) ? Replacement
        : character;

    private static bool IsUnsafe(char character) =>
        char.IsControl(character)
        || character is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u2028' or '\u2029';
}
