namespace Homeostat.Estates.Postgres;

/// <summary>
/// What was read of relations beside what is counted in them. What was read after a mark holds as long as the mark is the same: a
/// look then reads the mark alone. Every listing ends what is remembered.
/// </summary>
internal sealed class RelationMemory
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Database, RelationName Name), Remembered> _known = [];

    /// <summary>The relations that are what they were, as of the marks' moment; and those that must be read.</summary>
    public (DatabaseRows Known, IReadOnlyList<MarkedRow> Others) Split(MarkedRows marked)
    {
        var known = new DatabaseRows(marked.Database, marked.Moment);
        var others = new List<MarkedRow>();
        lock (_lock)
        {
            foreach (var row in marked.Relations)
            {
                var name = row.Relation.Name;
                if (
                    row.Mark is null
                    || !_known.TryGetValue((marked.Database, name), out var before)
                    || before.Mark != row.Mark
                )
                {
                    others.Add(row);
                    continue;
                }

                known.Relations.Add(row.Relation);
                known.Dependencies.AddRange(before.Dependencies);
                known.Inheritance.AddRange(before.Inheritance);
                known.Grants.AddRange(before.Grants);
            }
        }

        return (known, others);
    }

    /// <param name="marked">By marks that were read before <paramref name="rows"/> was: a change between them shows at the next mark.</param>
    public void Keep(IReadOnlyList<MarkedRow> marked, DatabaseRows rows)
    {
        var dependencies = rows
            .Dependencies.Where(row => row.OwnerKind == DependencyRow.OfRelation)
            .ToLookup(row => row.Owner);
        var inheritance = rows.Inheritance.ToLookup(row => row.Child);
        var grants = rows.Grants.ToLookup(row => row.Target);
        lock (_lock)
        {
            foreach (var row in marked)
            {
                if (row.Mark is not { Length: <= PostgresLimits.MaxMark } mark)
                {
                    continue;
                }

                if (_known.Count >= PostgresLimits.MaxRemembered)
                {
                    _known.Clear();
                }

                var name = row.Relation.Name;
                _known[(rows.Database, name)] = new Remembered(
                    mark,
                    [.. dependencies[name]],
                    [.. inheritance[name]],
                    [.. grants[name]]
                );
            }
        }
    }

    public void Forget()
    {
        lock (_lock)
        {
            _known.Clear();
        }
    }

    private sealed record Remembered(
        string Mark,
        IReadOnlyList<DependencyRow> Dependencies,
        IReadOnlyList<InheritanceRow> Inheritance,
        IReadOnlyList<GrantRow> Grants
    );
}
