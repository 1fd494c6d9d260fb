using System.Collections.Concurrent;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>
/// What single statements meant, by their exact bytes, under one catalogue, search path and role. Never by a fingerprint,
/// which would take one constant for another.
/// </summary>
internal sealed class PlanBook(DatabaseCatalogue catalogue, SearchPath path, string role)
{
    private readonly ConcurrentDictionary<byte[], Plan> _plans = new(Utf8Comparer.Instance);
    private int _count;

    public DatabaseCatalogue Catalogue { get; } = catalogue;

    public SearchPath Path { get; } = path;

    public string Role { get; } = role;

    /// <summary>Null where the text is not one statement, was not seen here, or depends on what the session has prepared.</summary>
    public Plan? Find(ReadOnlySpan<byte> text) =>
        _plans.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(text, out var plan) ? plan : null;

    /// <summary>Keeps what a text of one statement alone means.</summary>
    public void Keep(ReadOnlySpan<byte> text, Plan plan)
    {
        if (
            text.Length > Limits.MaxCachedTextBytes
            || plan.Translation.DependsOnSession
            || plan.Translation is { Missing.Count: > 0 } or { Substitute: not null }
        )
        {
            return;
        }

        if (Interlocked.Increment(ref _count) > Limits.MaxCachedTexts)
        {
            _plans.Clear();
            Volatile.Write(ref _count, 1);
        }

        _plans[text.ToArray()] = plan;
    }
}

/// <summary>The books of one database; another catalogue begins new ones.</summary>
internal sealed class PlanBooks
{
    private Shelf _shelf = new(null);

    public PlanBook For(DatabaseCatalogue catalogue, SearchPath path, string role)
    {
        var shelf = Volatile.Read(ref _shelf);
        if (!ReferenceEquals(shelf.Catalogue, catalogue) || shelf.Books.Count >= Limits.MaxPlanBooks)
        {
            shelf = new Shelf(catalogue);
            Volatile.Write(ref _shelf, shelf);
        }

        return shelf.Books.GetOrAdd((path.ToString(), role), _ => new PlanBook(catalogue, path, role));
    }

    private sealed class Shelf(DatabaseCatalogue? catalogue)
    {
        public DatabaseCatalogue? Catalogue { get; } = catalogue;

        public ConcurrentDictionary<(string Path, string Role), PlanBook> Books { get; } = new();
    }
}
