using System.IO.Enumeration;

namespace Homeostat.Estates.Overlay;

/// <summary>A pattern of ids: * stands for any characters, ? for one, everything else for itself.</summary>
internal static class IdPattern
{
    public static bool IsPattern(string text) => text.AsSpan().ContainsAny('*', '?');

    public static bool Matches(string pattern, string id) =>
        FileSystemName.MatchesSimpleExpression(pattern.Replace("\\", "\\\\"), id, ignoreCase: false);
}
