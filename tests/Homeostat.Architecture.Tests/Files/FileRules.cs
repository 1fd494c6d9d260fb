using System.Text.RegularExpressions;

namespace Homeostat.Architecture.Tests.Files;

/// <summary>What no file of the repository may hold; each rule gives <c>path:line: why</c>.</summary>
internal static partial class FileRules
{
    private const int MostLines = 400;

    [GeneratedRegex(
        @"(?<![\w.~$}*-])/(home|Users|root|work|mnt)/[\w.-]|\b[A-Z]:\\(Users|Windows|Program|src|work)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex MachinePath();

    [GeneratedRegex(
        @"\b(nuget\.org|npmjs\.(org|com)|(deb|security|ftp)\.debian\.org|proxy\.golang\.org|pypi\.org|crates\.io|ghcr\.io|docker\.io|mcr\.microsoft\.com)\b",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex RegistryHost();

    [GeneratedRegex(
        @"^\s*#\s*(pragma|region|endregion)\b",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Directive();

    /// <summary>Source of the product beyond the limit; tables of data, lock files and tables of tests may be longer.</summary>
    public static IEnumerable<string> TooLong(string path, string text)
    {
        var lines = text.AsSpan().TrimEnd('\n').Count('\n') + 1;
        return IsProduct(path) && lines > MostLines ? [$"{path}:{lines}: more than {MostLines} lines"] : [];
    }

    private static bool IsProduct(string path) =>
        path.EndsWith(".cs", StringComparison.Ordinal) && !path.StartsWith("tests/", StringComparison.Ordinal);

    public static IEnumerable<string> MachinePaths(string path, string text) => Lines(path, text, MachinePath());

    public static IEnumerable<string> RegistryHosts(string path, string text) => Lines(path, text, RegistryHost());

    public static IEnumerable<string> Directives(string path, string text) =>
        path.EndsWith(".cs", StringComparison.Ordinal) ? Lines(path, text, Directive()) : [];

    private static IEnumerable<string> Lines(string path, string text, Regex forbidden) =>
        text.Split('\n')
            .Select((line, at) => (Match: forbidden.Match(line), Number: at + 1))
            .Where(found => found.Match.Success)
            .Select(found => $"{path}:{found.Number}: {found.Match.Value}");
}
