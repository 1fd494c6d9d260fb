using Homeostat.Core.Estate;
using Npgsql;

namespace Homeostat.Estates.Postgres;

/// <summary>Looks at just what is asked for: one round trip for each database, and one more where something of the cluster is asked for.</summary>
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
    };

    /// <summary>Of the cluster; a standby that does not follow may still be there.</summary>
    private static readonly HashSet<string> Shared = ["role", "tablespace", "replication-slot", "archiver"];

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

    public async Task<List<EstateChange>> ReadAsync(IReadOnlyCollection<ResourceId> ids, CancellationToken token)
    {
        var ours = ids.Distinct()
            .Select(id => (Id: id, Name: PostgresId.Parse(id)))
            .Where(pair => pair.Name?.Cluster == options.Cluster)
            .Select(pair => (pair.Id, Name: pair.Name!))
            .ToList();
        var looks = ours.Where(pair => pair.Name is { IsDatabase: false, Database: not null })
            .GroupBy(pair => pair.Name.Database!, StringComparer.Ordinal)
            .Select(group => InDatabaseAsync(group.Key, [.. group], token))
            .ToList();
        var shared = ours.Where(pair => pair.Name.Database is null || pair.Name.IsDatabase).ToList();
        if (shared.Count > 0)
        {
            looks.Add(OfClusterAsync(shared, token));
        }

        return [.. (await Task.WhenAll(looks).ConfigureAwait(false)).SelectMany(changes => changes)];
    }

    private async Task<List<EstateChange>> OfClusterAsync(
        List<(ResourceId Id, PostgresId Name)> asked,
        CancellationToken token
    )
    {
        var (rows, records) = await cluster.SharedAsync(token).ConfigureAwait(false);
        return Answer(asked, records.ToDictionary(record => record.Resource.Id), IsCertain, rows.Moment.Seen);
    }

    private async Task<List<EstateChange>> InDatabaseAsync(
        string database,
        List<(ResourceId Id, PostgresId Name)> asked,
        CancellationToken token
    )
    {
        List<RelationName> relations =
        [
            .. asked
                .Where(pair => pair.Name.IsRelation)
                .Select(pair => new RelationName(pair.Name.Names[0], pair.Name.Names[1])),
        ];
        List<string> objects =
        [
            .. asked
                .Where(pair => pair.Name.Kind is { } kind && Objects.ContainsKey(kind))
                .Select(pair => pair.Name.Names[^1]),
        ];
        try
        {
            var rows = await server.ReadAsync(database, relations, objects, token).ConfigureAwait(false);
            var records = new DatabaseRecords(options, rows, writes).Make().ToDictionary(record => record.Resource.Id);
            foreach (var (id, name) in asked.Where(pair => NamedOnly.Contains(pair.Name.Kind ?? "")))
            {
                var draft = new Draft(id, "session-object", rows.Moment.Seen);
                draft.IsIn(new PostgresNames(options.Cluster, database).Database);
                records[id] = draft.Finish(options.Location);
            }

            return Answer(asked, records, IsCertain, rows.Moment.Seen);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            // The database is gone, and everything with it; the cluster says when that was seen.
            return await WithoutDatabaseAsync(database, asked, token).ConfigureAwait(false);
        }
        catch (PostgresException error) when (ClusterReader.IsRefusal(error))
        {
            return [];
        }
    }

    private async Task<List<EstateChange>> WithoutDatabaseAsync(
        string database,
        List<(ResourceId Id, PostgresId Name)> asked,
        CancellationToken token
    )
    {
        var (rows, _) = await cluster.SharedAsync(token).ConfigureAwait(false);
        return rows.Databases.Exists(row => row.Name == database) ? [] : Answer(asked, [], _ => true, rows.Moment.Seen);
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
