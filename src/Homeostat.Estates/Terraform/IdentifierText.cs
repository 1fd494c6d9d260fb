using System.Buffers;

namespace Homeostat.Estates.Terraform;

/// <summary>Finds whom a text names: as it stands, and in the forms in which AWS writes one identifier inside another.</summary>
internal static class IdentifierText
{
    private const int MaxCuts = 4;
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether a text identifies by its form alone; a mere name does not, any two things can share it.</summary>
    public static bool IsUnmistakable(ReadOnlySpan<char> text) =>
        text.Length >= 8
        && !text.Contains(' ')
        && (
            text.StartsWith("arn:")
            || text[0] == '/'
            || text.Contains("://", StringComparison.Ordinal)
            || IsPrefixedHex(text)
            || IsUuid(text)
            || (text.Contains('.') && text.ContainsAnyInRange('a', 'z'))
            || text.Count('/') >= 3
        );

    /// <summary>Looks the text up, then its narrower forms until one is found.</summary>
    /// <param name="isListed">The attribute can only name certain types, so that looser forms are safe.</param>
    public static bool Find(IdentifierIndex index, ReadOnlySpan<char> text, bool isListed, List<int> found) =>
        index.Find(text, found)
        || (
            text.StartsWith("arn:") ? FindInArn(index, text, found)
            : text.Contains("://", StringComparison.Ordinal) ? FindInUrl(index, text, found)
            : text.Contains('.') && FindHost(index, text, found)
        )
        || (isListed && FindPart(index, text, found));

    /// <summary>Cuts qualifiers off the end: <c>…:function:f:live</c>, <c>arn:aws:s3:::bucket/*</c>, <c>…:log-group:g:*</c>.</summary>
    private static bool FindInArn(IdentifierIndex index, ReadOnlySpan<char> arn, List<int> found)
    {
        var inner = arn.LastIndexOf("arn:");
        if (inner > 0)
        {
            var end = arn[inner..].LastIndexOf("/invocations");
            return Find(index, end < 0 ? arn[inner..] : arn.Slice(inner, end), isListed: false, found);
        }

        for (var cut = 0; cut < MaxCuts; cut++)
        {
            var end = arn.LastIndexOfAny(':', '/');
            if (end <= 12)
            {
                return false;
            }

            arn = arn[..end];
            if (index.Find(arn, found))
            {
                return true;
            }
        }

        return false;
    }

    private static bool FindInUrl(IdentifierIndex index, ReadOnlySpan<char> url, List<int> found)
    {
        var host = url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var path = host.IndexOfAny('/', '?');
        host = path < 0 ? host : host[..path];
        return FindHost(index, host[(host.LastIndexOf('@') + 1)..], found);
    }

    private static bool FindHost(IdentifierIndex index, ReadOnlySpan<char> text, List<int> found)
    {
        var host = text.TrimEnd('.');
        host = host.StartsWith("dualstack.", StringComparison.OrdinalIgnoreCase) ? host["dualstack.".Length..] : host;
        if (host.Length > 255)
        {
            return false;
        }

        Span<char> lower = stackalloc char[host.Length];
        host.ToLowerInvariant(lower);
        if (index.Find(lower, found))
        {
            return true;
        }

        var port = lower.LastIndexOf(':');
        return port > 0 && index.Find(lower[..port], found);
    }

    /// <summary>The last part of a path, an image without its tag, a name without its version.</summary>
    private static bool FindPart(IdentifierIndex index, ReadOnlySpan<char> text, List<int> found)
    {
        var digest = text.IndexOf('@');
        var name = digest < 0 ? text : text[..digest];
        var tag = name.LastIndexOf(':');
        return (digest >= 0 && index.Find(name, found))
            || (tag > 0 && index.Find(name[..tag], found))
            || (text.Contains('/') && index.Find(text[(text.LastIndexOf('/') + 1)..], found));
    }

    private static bool IsPrefixedHex(ReadOnlySpan<char> text)
    {
        var dash = text.LastIndexOf('-');
        return dash is > 0 and < 24
            && text.Length - dash > 8
            && !text[..dash].ContainsAnyExceptInRange('a', 'z')
            && !text[(dash + 1)..].ContainsAnyExcept(Hexadecimal);
    }

    private static bool IsUuid(ReadOnlySpan<char> text) =>
        text.Length == 36 && text[8] == '-' && Guid.TryParseExact(text, "D", out _);
}
