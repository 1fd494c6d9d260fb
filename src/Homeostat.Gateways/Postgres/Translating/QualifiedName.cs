using Homeostat.Gateways.Postgres.Catalogue;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>Names as they stand inside a text: <c>'"My Schema".tab'::regclass</c>.</summary>
internal static class QualifiedName
{
    /// <summary>The parts, folded as PostgreSQL does; empty where it is no name: digits alone are an object's number.</summary>
    public static IReadOnlyList<string> Parse(string text) =>
        !text.All(char.IsAsciiDigit) && IdentifierText.Split(text, '.') is { } parts && !parts.Contains("")
            ? parts
            : [];
}
