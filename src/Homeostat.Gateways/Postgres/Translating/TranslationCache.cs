using System.Collections.Concurrent;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>
/// What single statements meant, by exact text, search path and role, for one catalogue: another catalogue empties it. Never
/// by a fingerprint, which would take one constant for another.
/// </summary>
public sealed class TranslationCache(Translator translator)
{
    private Book _book = new(null);

    /// <summary>Null where the text is not one statement, was not seen under this catalogue, or depends on the session.</summary>
    public Translation? Find(string text, DatabaseCatalogue catalogue, SessionContext session)
    {
        ArgumentNullException.ThrowIfNull(session);
        var book = Volatile.Read(ref _book);
        return ReferenceEquals(book.Catalogue, catalogue) ? book.Entries.GetValueOrDefault(Key(text, session)) : null;
    }

    /// <summary>Translates the statements of a text; one alone is kept.</summary>
    /// <param name="text">Just what was parsed.</param>
    public Translation Translate(
        string text,
        SqlStatement statement,
        DatabaseCatalogue catalogue,
        SessionContext session
    )
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(session);
        var translation = translator.Translate(statement, catalogue, session);
        if (
            text.Length <= Limits.MaxCachedTextLength
            && statement.Text == text.Trim().TrimEnd(';').TrimEnd()
            && !translation.DependsOnSession
        )
        {
            Keep(Key(text, session), translation, catalogue);
        }

        return translation;
    }

    private void Keep((string, string, string) key, Translation translation, DatabaseCatalogue catalogue)
    {
        var book = Volatile.Read(ref _book);
        if (!ReferenceEquals(book.Catalogue, catalogue) || book.Entries.Count >= Limits.MaxCachedTexts)
        {
            book = new Book(catalogue);
            Volatile.Write(ref _book, book);
        }

        book.Entries[key] = translation;
    }

    private static (string, string, string) Key(string text, SessionContext session) =>
        (text, session.Path.ToString(), session.Role);

    private sealed class Book(DatabaseCatalogue? catalogue)
    {
        public DatabaseCatalogue? Catalogue { get; } = catalogue;

        public ConcurrentDictionary<(string, string, string), Translation> Entries { get; } = [];
    }
}
