using Homeostat.Core.Estate;
using Npgsql;

namespace Homeostat.Estates.Postgres;

/// <summary>
/// Looks at just what is asked for: one round trip for each database, and one more where something of the cluster is asked for, where a
/// relation is another than it was, or where objects are asked for beside relations.
/// </summary>
internal sealed class LookReader(PostgresOptions options, ServerLooks server, ClusterReader cluster, WriteTrail writes)
{
    /// <summary>What is there from the moment that somebody names it, and stands in no catalogue.</summary>
    private static readonly HashSet<string> NamedOnly = ["channel", "advisory-lock", "session-setting", "prepared"];

    /// <summary>What the questions about objects answer, with the names that each has.</summary>
    private static readonly Dictionary<string, int> Objects = new()
    {
        ["schema"] = 1,
        ["extension"] = 1,
        ["publication"] = 1,
        ["subscription"] = 1,
        ["event-trigger"] = 1,
        ["function"] = 2,
        ["type"] = 2,
        ["trigger"] = 3,
        ["policy"] = 3,
        ["rule"] = 3,
        ["operator"] = 2,
        ["operator-class"] = 2,
        ["operator-family"] = 2,
        ["collation"] = 2,
        ["conversion"] = 2,
        ["statistics"] = 2,
        ["text-search-configuration"] = 2,
        ["text-search-dictionary"] = 2,
        ["text-search-parser"] = 2,
        ["text-search-template"] = 2,
        ["language"] = 1,
        ["foreign-data-wrapper"] = 1,
        ["foreign-server"] = 1,
        ["cast"] = 4,
    };

    /// <summary>Of the cluster; a standby that does not follow may still be there.</summary>
    private static readonly HashSet<string> Shared = ["role", "tablespace", "replication-slot", "archiver"];

    private readonly RelationMemory _memory = new();

    /// <summary>Whether the questions would have found it: what came with the server and what is temporary they leave out.</summary>
    private static bool IsCertain(PostgresId name) =>
        (name.Database is null && (name.Kind is null || Shared.Contains(name.Kind)) && !IsSystem(name.Names))
        || name.IsDatabase
        || (
            (name.IsRelation || (name.Kind is { } kind && Objects.GetValueOrDefault(kind) == name.Names.Count))
            && !IsSystem(name.Names)
        );

    private static bool IsSystem(IReadOnlyList<string> names) =>
        names is [var first, ..]
        && (first.StartsWith("pg_", StringComparison.Ordinal) || first == "information_schema");

    /// <summary>Everything of a relation is read again at the next look at it.</summary>
    public void Forget() => _memory.Forget();

    public async Task<List<EstateChange>> ReadAsync(IReadOnlyCollection<ResourceId> ids, CancellationToken token)
    {
        var ours = ids.Distinct()
            .Select(id => (Id: id, Name: PostgresId.Parse(id)))
            .Where(pair => pair.Name?.Cluster == options.Cluster)
            .Select(pair => (pair.Id, Name: pair.Name!))
            .ToList();

        // Who looks at a relation stands in its database, and sees there what is to be seen of the database too.
        var entered = ours.Where(pair => pair.Name.IsRelation).Select(pair => pair.Name.Database).ToHashSet();
        var byPlace = ours.ToLookup(pair =>
            pair.Name is { IsDatabase: true } && !entered.Contains(pair.Name.Database) ? null : pair.Name.Database
        );
        var looks = byPlace
            .Where(group => group.Key is not null)
            .Select(group => InDatabaseAsync(group.Key!, [.. group], token))
            .ToList();
        looks.Add(OfClusterAsync([.. byPlace[null]], token));
        return [.. (await Task.WhenAll(looks).ConfigureAwait(false)).SelectMany(changes => changes)];
    }

    private async Task<List<EstateChange>> OfClusterAsync(
        List<(ResourceId Id, PostgresId Name)> asked,
        CancellationToken token
    )
    {
        if (asked.Count == 0)
        {
            return [];
        }

        var (rows, records) = await cluster.SharedAsync(token).ConfigureAwait(false);
        return Answer(asked, records.ToDictionary(record => record.Resource.Id), IsCertain, rows.Moment.Seen);
    }

    private async Task<List<EstateChange>> InDatabaseAsync(
        string database,
        List<(ResourceId Id, PostgresId Name)> asked,
        CancellationToken token
    )
    {
        var itself = asked.FindAll(pair => pair.Name.IsDatabase);
        try
        {
            var relations = asked.FindAll(pair => pair.Name.IsRelation);
            var others = asked.FindAll(pair => pair.Name.Kind is not null);
            var changes = new List<EstateChange>();
            if (relations.Count > 0)
            {
                changes.AddRange(await RelationsAsync(database, relations, itself, token).ConfigureAwait(false));
            }

            if (others.Count > 0)
            {
                changes.AddRange(await ObjectsAsync(database, others, token).ConfigureAwait(false));
            }

            return changes;
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            // The database is gone, and everything with it; the cluster says when that was seen.
            return await WithoutDatabaseAsync(database, asked, token).ConfigureAwait(false);
        }
        catch (PostgresException error) when (ClusterReader.IsRefusal(error))
        {
            return await OfClusterAsync(itself, token).ConfigureAwait(false);
        }
    }

    /// <summary>Relations that are what they were by their marks, and then those that are not, whole.</summary>
    private async Task<List<EstateChange>> RelationsAsync(
        string database,
        List<(ResourceId Id, PostgresId Name)> asked,
        List<(ResourceId Id, PostgresId Name)> itself,
        CancellationToken token
    )
    {
        var byName = asked.ToDictionary(pair => new RelationName(pair.Name.Names[0], pair.Name.Names[1]));
        var marked = await server.MarksAsync(database, byName.Keys, itself.Count > 0, token).ConfigureAwait(false);
        var (known, others) = _memory.Split(marked);
        var unread = others.Select(row => byName[row.Relation.Name]).ToList();
        var changes = Answer([.. asked.Except(unread)], Records(known), IsCertain, marked.Moment.Seen);
        if (others.Count > 0)
        {
            List<RelationName> names = [.. others.Select(row => row.Relation.Name)];
            var rows = await server.ReadAsync(database, names, [], token).ConfigureAwait(false);
            _memory.Keep(others, rows);
            changes.AddRange(Answer(unread, Records(rows), IsCertain, rows.Moment.Seen));
        }

        return cluster.Inside(marked) is { } inside
            ? [.. changes, inside]
            : [.. changes, .. await OfClusterAsync(itself, token).ConfigureAwait(false)];
    }

    private async Task<List<EstateChange>> ObjectsAsync(
        string database,
        List<(ResourceId Id, PostgresId Name)> asked,
        CancellationToken token
    )
    {
        List<string> objects =
        [
            .. asked.Where(pair => Objects.ContainsKey(pair.Name.Kind ?? "")).Select(pair => pair.Name.Names[^1]),
        ];
        var rows = await server.ReadAsync(database, [], objects, token).ConfigureAwait(false);
        var records = Records(rows);
        foreach (var (id, _) in asked.Where(pair => NamedOnly.Contains(pair.Name.Kind ?? "")))
        {
            var draft = new Draft(id, "session-object", rows.Moment.Seen);
            draft.IsIn(new PostgresNames(options.Cluster, database).Database);
            records[id] = draft.Finish(options.Location);
        }

        return Answer(asked, records, IsCertain, rows.Moment.Seen);
    }

    private Dictionary<ResourceId, EstateChange.Upsert> Records(DatabaseRows rows) =>
        new DatabaseRecords(options, rows, writes).Make().ToDictionary(record => record.Resource.Id);

    private async Task<List<EstateChange>> WithoutDatabaseAsync(
        string database,
        List<(ResourceId Id, PostgresId Name)> asked,
        CancellationToken token
    )
    {
        var (rows, records) = await cluster.SharedAsync(token).ConfigureAwait(false);
        return rows.Databases.Exists(row => row.Name == database)
            ? Answer(
                asked.FindAll(pair => pair.Name.IsDatabase),
                records.ToDictionary(record => record.Resource.Id),
                IsCertain,
                rows.Moment.Seen
            )
            : Answer(asked, [], _ => true, rows.Moment.Seen);
    }

    /// <param name="isCertain">Whether what was not found is gone: the question would have found it.</param>
    private static List<EstateChange> Answer(
        List<(ResourceId Id, PostgresId Name)> asked,
        Dictionary<ResourceId, EstateChange.Upsert> records,
        Func<PostgresId, bool> isCertain,
        Provenance seen
    )
    {
        var changes = new List<EstateChange>();
        foreach (var (id, name) in asked)
        {
            if (records.TryGetValue(id, out var record))
            {
                changes.Add(record);
            }
            else if (isCertain(name))
            {
                changes.Add(new EstateChange.Remove(id, seen));
            }
        }

        return changes;
    }
}
