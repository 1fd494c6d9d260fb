using Homeostat.Core.Estate;

namespace Homeostat.Estates.Inference;

/// <summary>
/// Takes names apart into whole words, in lower case: at anything that is no letter, and where a capital begins a word.
/// </summary>
internal static class NameWords
{
    public static IReadOnlyList<string> Of(string text)
    {
        var words = new List<string>();
        var start = -1;
        for (var at = 0; at <= text.Length; at++)
        {
            var isLetter = at < text.Length && char.IsLetter(text[at]);
            if (start >= 0 && (!isLetter || BeginsWord(text, at)))
            {
                words.Add(text[start..at].ToLowerInvariant());
                start = -1;
            }

            if (isLetter && start < 0)
            {
                start = at;
            }
        }

        return words;
    }

    /// <summary>
    /// The words of an id without those of its type: in <c>aws_api_gateway_stage.shop</c> of the provider <c>aws</c> the
    /// first part says what it is, not what it is called.
    /// </summary>
    public static IReadOnlyList<string> Of(Resource resource)
    {
        var prefix = resource.Location.Provider is { Length: > 0 } provider ? $"{provider}_" : null;
        var parts = resource.Id.Value.Split('.');
        return
        [
            .. parts.Where(part => prefix is null || !part.StartsWith(prefix, StringComparison.Ordinal)).SelectMany(Of),
        ];
    }

    /// <summary>A capital after a small letter, or the last capital of several before a small one: prodDb, ORDERSProd.</summary>
    private static bool BeginsWord(string text, int at) =>
        char.IsUpper(text[at])
        && at > 0
        && (
            char.IsLower(text[at - 1])
            || (at + 1 < text.Length && char.IsUpper(text[at - 1]) && char.IsLower(text[at + 1]))
        );
}
