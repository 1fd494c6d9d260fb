using System.Collections.Concurrent;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>
/// What single statements meant, by their exact bytes, under one catalogue, search path and role. Never by a fingerprint,
/// which would take one constant for another: a text that differs from a known one in plain whole numbers means the same only
/// where the translation has never seen them.
/// </summary>
internal sealed class PlanBook(DatabaseCatalogue catalogue, SearchPath path, string role)
{
    private readonly Texts<Plan> _plans = new();
    private readonly Texts<Shaped> _shapes = new();

    /// <param name="Plan">Made without the numbers; null where they matter.</param>
    private sealed record Shaped(Plan? Plan);

    public DatabaseCatalogue Catalogue { get; } = catalogue;

    public SearchPath Path { get; } = path;

    public string Role { get; } = role;

    /// <summary>Null where the text is not one statement, is not known here, or depends on what the session has prepared.</summary>
    public Plan? Find(ReadOnlySpan<byte> text) => _plans.Find(text) ?? FindShape(text)?.Plan?.For(text);

    /// <summary>Keeps what a text of one statement alone means.</summary>
    public void Keep(ReadOnlySpan<byte> text, Plan plan)
    {
        if (
            text.Length <= Limits.MaxCachedTextBytes
            && !plan.Translation.DependsOnSession
            && plan.Translation is { Missing.Count: 0, Substitute: null }
        )
        {
            _plans.Keep(text, plan);
        }
    }

    /// <summary>Keeps what all texts of one shape mean.</summary>
    /// <param name="translate">
    /// What it means without the numbers at these bytes; null where one of them is something else than a number.
    /// </param>
    public void KeepShape(ReadOnlySpan<byte> text, Plan plan, Func<int[], Plan?> translate)
    {
        if (!plan.MayHoldForOthers || text.Length > Limits.MaxShapedTextBytes)
        {
            return;
        }

        Span<byte> shape = stackalloc byte[Limits.MaxShapedTextBytes];
        Span<int> numbers = stackalloc int[Limits.MaxShapedNumbers];
        var length = TextShape.Write(text, shape, numbers, out var count);
        if (length > 0 && _shapes.Find(shape[..length]) is null)
        {
            var without = translate(numbers[..count].ToArray());
            _shapes.Keep(shape[..length], new Shaped(without?.HoldsFor(plan) == true ? without : null));
        }
    }

    private Shaped? FindShape(ReadOnlySpan<byte> text)
    {
        if (text.Length > Limits.MaxShapedTextBytes)
        {
            return null;
        }

        Span<byte> shape = stackalloc byte[Limits.MaxShapedTextBytes];
        var length = TextShape.Write(text, shape, stackalloc int[Limits.MaxShapedNumbers], out _);
        return length > 0 ? _shapes.Find(shape[..length]) : null;
    }

    /// <summary>Values by bytes; one that is full begins anew.</summary>
    private sealed class Texts<T>
        where T : class
    {
        private readonly ConcurrentDictionary<byte[], T> _values = new(Utf8Comparer.Instance);
        private int _count;

        public T? Find(ReadOnlySpan<byte> text) =>
            _values.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(text, out var value) ? value : null;

        public void Keep(ReadOnlySpan<byte> text, T value)
        {
            if (Interlocked.Increment(ref _count) > Limits.MaxCachedTexts)
            {
                _values.Clear();
                Volatile.Write(ref _count, 1);
            }

            _values[text.ToArray()] = value;
        }
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
