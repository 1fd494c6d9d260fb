using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Homeostat.Core.Estate;

/// <summary>
/// The estate at one moment: immutable, shared by every reader. Values that changed since the arrays were built stand in
/// a small delta in front of them; a new relation or resource builds new arrays.
/// </summary>
public sealed partial class EstateSnapshot
{
    private readonly EstateDelta? _delta;

    /// <summary>What changed since the arrays were built; null = nothing.</summary>
    internal EstateDelta? Delta => _delta;

    internal EstateSnapshot(EstateTables tables, long version, EstateDelta? delta = null)
    {
        Tables = tables;
        Version = version;
        _delta = delta;
        LatestEvidence = tables.LatestEvidence;
        if (delta?.Provenances.Max(seen => seen.ObservedAt) is { } later && later > LatestEvidence)
        {
            LatestEvidence = later;
        }

        StrainedServices =
            delta?.StrainedServices
            ?? tables.Nodes.Count(row => row.Is(NodeFlags.IsService) && row.IsAlive && row.Working < row.Capacity);
    }

    /// <summary>An estate in which nobody has looked at anything.</summary>
    public static EstateSnapshot Empty { get; } = new EstateBuilder(ShelfLives.Default).Build(version: 0);

    /// <summary>Counts up with every change.</summary>
    public long Version { get; }

    /// <summary>Resources, those included that are only referred to.</summary>
    public int Count => Tables.Nodes.Length;

    /// <summary>Relations between two resources.</summary>
    public int RelationCount =>
        Tables.Members.Count
        + Tables.Existences.Length
        + Tables.Copies.Length
        + Tables.Guards.Length
        + Tables.Grants.Length;

    /// <summary>Services that work below what they declare, by the last known states.</summary>
    public int StrainedServices { get; }

    public ShelfLives ShelfLives => Tables.ShelfLives;

    internal EstateTables Tables { get; }

    /// <summary>Whether there is a group whose members must agree on facts.</summary>
    internal bool HasAgreements => Tables.Agreements.Count > 0;

    /// <summary>The newest time that any evidence claims; one from the future makes a source a liar or our clock wrong.</summary>
    internal DateTimeOffset LatestEvidence { get; }

    internal int DeltaSize => _delta?.Size ?? 0;

    /// <summary>Pieces of evidence that came since the arrays were built from records, those that nothing refers to any more included.</summary>
    internal int LaterEvidence => Tables.LaterEvidence + (_delta?.Provenances.Count ?? 0);

    /// <summary>The same estate with arrays that say all of it, and no delta in front of them.</summary>
    internal EstateSnapshot Folded() => _delta is null ? this : new EstateSnapshot(Tables.With(_delta), Version);

    /// <summary>Whether a record describes the resource and nothing says that it is gone.</summary>
    public bool Contains(ResourceId id) =>
        Find(id) is >= 0 and var node && Node(node).Is(NodeFlags.Seen) && Node(node).IsAlive;

    internal int Find(ResourceId id) => Tables.Ids.Find(id.Value);

    internal ResourceId IdOf(int node) => new(Tables.Ids[node]);

    internal AssetId AssetIdOf(int asset) => new(Tables.AssetIds[asset]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref readonly NodeRow Node(int node) =>
        ref _delta is null ? ref Tables.Nodes[node] : ref _delta.Nodes.Find(Tables.Nodes, node);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref readonly GroupRow Group(int group) =>
        ref _delta is null ? ref Tables.Groups[group] : ref _delta.Groups.Find(Tables.Groups, group);

    internal ref readonly CopyRow Copy(int copy) =>
        ref _delta is null ? ref Tables.Copies[copy] : ref _delta.Copies.Find(Tables.Copies, copy);

    internal Provenance ProvenanceOf(int index) =>
        index < Tables.Provenances.Length
            ? Tables.Provenances[index]
            : _delta!.Provenances[index - Tables.Provenances.Length];

    internal KindTraits TraitsOf(int node) => Tables.Traits[Tables.Nodes[node].Kind];

    internal ResourceKind KindOf(int node) => Tables.Kinds[Tables.Nodes[node].Kind];

    internal Location LocationOf(int node) => Tables.Locations[Tables.Details[node].Location];

    internal string[] EnvironmentsOf(int node) => Tables.Environments[Tables.Details[node].Environments];

    internal string? OwnerOf(int node) =>
        Tables.Details[node].Owner is >= 0 and var owner ? Tables.Strings[owner] : null;

    /// <summary>Whether its facts decide what a group supplies.</summary>
    internal bool IsBoundToAgree(Resource resource) =>
        Find(resource.Id) is >= 0 and var node && Node(node).Is(NodeFlags.MustAgree);

    /// <summary>One step along Needs, in either direction.</summary>
    internal IEnumerable<int> NeighboursOf(int node)
    {
        var row = Node(node);
        for (var group = row.FirstGroup; group < row.FirstGroup + row.GroupCount; group++)
        {
            foreach (var member in Tables.Members.Of(group).ToArray())
            {
                yield return member;
            }
        }

        foreach (var group in Tables.MemberOf.Of(node).ToArray())
        {
            yield return Group(group).From;
        }
    }

    internal IReadOnlyList<Fact> FactsOf(int node)
    {
        if (_delta is not null && _delta.Facts.TryGetValue(node, out var changed))
        {
            return changed;
        }

        if (node < Tables.LaterFacts.Length && Tables.LaterFacts[node] is { } later)
        {
            return later;
        }

        var rows = Tables.FactsOf.Of(node);
        var facts = new Fact[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            var row = Tables.Facts[rows[i]];
            var value = row.Text >= 0 ? FactValue.Of(Tables.Strings[row.Text]) : FactValue.Of(row.Number);
            facts[i] = new Fact(Tables.Strings[row.Key], value, ProvenanceOf(row.Seen), row.Class);
        }

        return facts;
    }

    /// <summary>Whether the evidence of a relation, or of anything that has no state, counts at this time.</summary>
    internal bool IsKnown(int provenance, DateTimeOffset now) =>
        ProvenanceOf(provenance).IsFreshAt(now, ShelfLives.Existence);
}

/// <summary>Rows that replace those of the arrays behind them.</summary>
internal sealed class Patch<T>
    where T : struct
{
    private readonly Dictionary<int, T> _rows;

    public Patch(Patch<T>? before = null) => _rows = before is null ? [] : new(before._rows);

    public int Count => _rows.Count;

    public IReadOnlyDictionary<int, T> Rows => _rows;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly T Find(T[] behind, int at)
    {
        ref var patched = ref CollectionsMarshal.GetValueRefOrNullRef(_rows, at);
        return ref Unsafe.IsNullRef(ref patched) ? ref behind[at] : ref patched;
    }

    /// <summary>The rows behind with those of the patch in their places; the same where there are none.</summary>
    public T[] Over(T[] behind)
    {
        if (_rows.Count == 0)
        {
            return behind;
        }

        var rows = behind.ToArray();
        foreach (var (at, row) in _rows)
        {
            rows[at] = row;
        }

        return rows;
    }

    /// <summary>The row to write to; only while the snapshot that it belongs to is being made.</summary>
    public ref T Edit(T[] behind, int at)
    {
        ref var row = ref CollectionsMarshal.GetValueRefOrAddDefault(_rows, at, out var exists);
        if (!exists)
        {
            row = behind[at];
        }

        return ref row;
    }
}

/// <summary>What changed since the arrays were built.</summary>
internal sealed class EstateDelta(EstateDelta? before)
{
    public Patch<NodeRow> Nodes { get; } = new(before?.Nodes);
    public Patch<GroupRow> Groups { get; } = new(before?.Groups);
    public Patch<CopyRow> Copies { get; } = new(before?.Copies);
    public Dictionary<int, Fact[]> Facts { get; } = before is null ? [] : new(before.Facts);
    public List<Provenance> Provenances { get; } = before is null ? [] : [.. before.Provenances];

    public int StrainedServices { get; set; }

    /// <summary>Evidence too: a resource that is looked at again and again gets a new piece each time.</summary>
    public int Size => Nodes.Count + Groups.Count + Copies.Count + Facts.Count + Provenances.Count;
}
