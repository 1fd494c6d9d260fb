using Homeostat.Gateways.Postgres.Catalogue;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>One way of writing to a relation.</summary>
internal sealed record WriteKind(Access Access)
{
    /// <summary>The columns that get a value; null where any may.</summary>
    public IReadOnlyCollection<string>? Columns { get; init; }

    /// <summary>Some column is set to its default.</summary>
    public bool SetsDefaults { get; init; }

    /// <summary>The most rows that it touches, where that is proven.</summary>
    public long? Rows { get; init; }

    /// <summary>Tables that inherit are written too.</summary>
    public bool Recurse { get; init; }

    public bool UsesDefault(string column) =>
        SetsDefaults || (Access == Access.Insert && (Columns is null || !Columns.Contains(column)));

    public bool Fires(RuleEntry rule) =>
        rule.Event
        == Access switch
        {
            Access.Update => '2',
            Access.Insert => '3',
            Access.Delete => '4',
            _ => ' ',
        };

    public bool Fires(TriggerEntry trigger, bool moves) =>
        Access switch
        {
            Access.Insert => trigger.OnInsert,
            Access.Update => trigger.OnUpdate || moves,
            Access.Delete => trigger.OnDelete,
            Access.Truncate => trigger.OnTruncate,
            _ => true,
        };
}
