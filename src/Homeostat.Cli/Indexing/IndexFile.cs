using Homeostat.Cli.Running;
using Homeostat.Core.Deciding;
using Homeostat.Ledger.Merkle;
using Microsoft.Data.Sqlite;

namespace Homeostat.Cli.Indexing;

/// <summary>What part of a log an index covers: the checkpoint it was made from.</summary>
internal sealed record IndexedPart(string Origin, string Key, long Size, Digest Root);

/// <summary>An index's content is not what it must be; making it anew loses nothing.</summary>
internal sealed class IndexDamagedException(string message) : Exception(message);

/// <summary>
/// Decisions by agent, resource, verdict and time in a SQLite file. It is a copy that anybody may delete; it says where in the log to look, never what
/// stands there.
/// </summary>
internal sealed class IndexFile : IDisposable
{
    /// <summary>The form of the tables; a file of another form is made anew.</summary>
    private const long Form = 1;

    private const string Tables = """
        CREATE TABLE part (
            one INTEGER PRIMARY KEY CHECK (one = 1), origin TEXT NOT NULL, key TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL
        ) STRICT;
        CREATE TABLE decisions (
            entry INTEGER PRIMARY KEY, leaf BLOB NOT NULL, agent TEXT NOT NULL, verdict INTEGER NOT NULL, time INTEGER NOT NULL, cut INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX decisions_agent ON decisions (agent, entry);
        CREATE INDEX decisions_verdict ON decisions (verdict, entry);
        CREATE INDEX decisions_time ON decisions (time, entry);
        CREATE INDEX decisions_cut ON decisions (entry) WHERE cut = 1;
        CREATE TABLE effects (entry INTEGER NOT NULL, target TEXT NOT NULL, cut INTEGER NOT NULL) STRICT;
        CREATE INDEX effects_target ON effects (target, entry);
        CREATE INDEX effects_cut ON effects (entry) WHERE cut = 1;
        CREATE TABLE rejected (entry INTEGER PRIMARY KEY, problem TEXT NOT NULL) STRICT;
        PRAGMA user_version = 1;
        """;

    private readonly SqliteConnection _connection;

    private IndexFile(SqliteConnection connection) => _connection = connection;

    /// <summary>The index of a log in a folder stands beside it.</summary>
    public static string PathOf(string folder) => $"{folder.TrimEnd('/')}.index";

    /// <summary>Opens the index, or starts one; null starts one that is gone with this process.</summary>
    /// <exception cref="IndexDamagedException">It is damaged, or of another form.</exception>
    public static IndexFile Open(string? path)
    {
        var source = new SqliteConnectionStringBuilder { DataSource = path ?? ":memory:", Pooling = false };
        var file = new IndexFile(new SqliteConnection(source.ConnectionString));
        try
        {
            file._connection.Open();
            file.Check();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public static void Delete(string path)
    {
        foreach (var file in new[] { path, $"{path}-journal", $"{path}-wal", $"{path}-shm" })
        {
            File.Delete(file);
        }
    }

    /// <summary>Nothing of what follows stands until the transaction is committed, and no other process can write meanwhile.</summary>
    public SqliteTransaction Begin() => _connection.BeginTransaction(deferred: false);

    /// <summary>What is indexed, or null where nothing is yet.</summary>
    public IndexedPart? Part()
    {
        using var command = Command("SELECT origin, key, size, root FROM part");
        using var row = command.ExecuteReader();
        return row.Read()
            ? new IndexedPart(row.GetString(0), row.GetString(1), row.GetInt64(2), ReadDigest(row, 3))
            : null;
    }

    public void SetPart(IndexedPart part) =>
        Execute(
            "INSERT OR REPLACE INTO part (one, origin, key, size, root) VALUES (1, $origin, $key, $size, $root)",
            ("$origin", part.Origin),
            ("$key", part.Key),
            ("$size", part.Size),
            ("$root", part.Root.ToArray())
        );

    public void Clear() =>
        Execute("DELETE FROM part; DELETE FROM decisions; DELETE FROM effects; DELETE FROM rejected");

    public void Add(long index, Digest leaf, DecisionEntry decision)
    {
        Execute(
            "INSERT INTO decisions (entry, leaf, agent, verdict, time, cut) VALUES ($entry, $leaf, $agent, $verdict, $time, $cut)",
            ("$entry", index),
            ("$leaf", leaf.ToArray()),
            ("$agent", decision.Agent),
            ("$verdict", (long)decision.Verdict),
            ("$time", decision.Time.ToUnixTimeMilliseconds()),
            ("$cut", decision.Effects.IsCut ? 1L : 0L)
        );
        foreach (var effect in decision.RecordedEffects.Distinct())
        {
            Execute(
                "INSERT INTO effects (entry, target, cut) VALUES ($entry, $target, $cut)",
                ("$entry", index),
                ("$target", effect.Target),
                ("$cut", effect.IsCut ? 1L : 0L)
            );
        }
    }

    public void Reject(long index, string problem) =>
        Execute(
            "INSERT INTO rejected (entry, problem) VALUES ($entry, $problem)",
            ("$entry", index),
            ("$problem", problem)
        );

    /// <summary>Where the newest matching decisions stand, in the order of the log, and how many match in all.</summary>
    public (IReadOnlyList<(long Index, Digest Leaf)> Newest, long Matching) Find(DecisionQuery query, int most)
    {
        using var count = Command($"SELECT count(*) FROM decisions WHERE {Filter.Matching}", Filter.Of(query));
        using var command = Command(
            $"SELECT entry, leaf FROM decisions WHERE {Filter.Matching} ORDER BY entry DESC LIMIT $most",
            [.. Filter.Of(query), ("$most", most)]
        );
        var found = Rows(command, row => (row.GetInt64(0), ReadDigest(row, 1)));
        found.Reverse();
        return (found, (long)count.ExecuteScalar()!);
    }

    /// <summary>Decisions that match but for the resource, and whose record does not name all they were about.</summary>
    public IReadOnlyList<long> Unsure(DecisionQuery query)
    {
        if (query.Resource is null)
        {
            return [];
        }

        using var command = Command(
            $"SELECT entry FROM decisions WHERE {Filter.Others} AND cut = 1 AND NOT {Filter.OnResource} ORDER BY entry",
            Filter.Of(query)
        );
        return Rows(command, row => row.GetInt64(0));
    }

    public IReadOnlyList<(long Index, string Problem)> Rejected()
    {
        using var command = Command("SELECT entry, problem FROM rejected ORDER BY entry");
        return Rows(command, row => (row.GetInt64(0), PlainText.Clean(row.GetString(1))));
    }

    public void Dispose() => _connection.Dispose();

    // Whatever is searched by is in an index too, and the check compares the two: a flipped bit in either is seen.
    private void Check()
    {
        var form = (long)Scalar("PRAGMA user_version")!;
        if (form == 0 && (long)Scalar("SELECT count(*) FROM sqlite_schema")! == 0)
        {
            using var transaction = Begin();
            Execute(Tables);
            transaction.Commit();
            return;
        }

        if (form != Form)
        {
            throw new IndexDamagedException("is of another form");
        }

        if (Scalar("PRAGMA integrity_check(1)") is not "ok")
        {
            throw new IndexDamagedException("is damaged");
        }
    }

    private static List<T> Rows<T>(SqliteCommand command, Func<SqliteDataReader, T> read)
    {
        using var row = command.ExecuteReader();
        var rows = new List<T>();
        while (row.Read())
        {
            rows.Add(read(row));
        }

        return rows;
    }

    private static Digest ReadDigest(SqliteDataReader row, int column) =>
        row.GetFieldValue<byte[]>(column) is { Length: Digest.Bytes } bytes
            ? Digest.From(bytes)
            : throw new IndexDamagedException("has a hash that is none");

    private object? Scalar(string text)
    {
        using var command = Command(text);
        return command.ExecuteScalar();
    }

    private void Execute(string text, params (string Name, object Value)[] values)
    {
        using var command = Command(text, values);
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string text, params (string Name, object Value)[] values)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    /// <summary>A query as SQL: every question is a parameter, and one that is not asked is null.</summary>
    private static class Filter
    {
        public const string Others = """
            ($agent IS NULL OR agent = $agent)
            AND ($verdict IS NULL OR verdict = $verdict)
            AND ($since IS NULL OR time >= $since)
            AND ($until IS NULL OR time < $until)
            """;

        public const string OnResource = """
            entry IN (
                SELECT entry FROM effects WHERE target = $resource
                UNION
                SELECT entry FROM effects WHERE cut = 1 AND substr($resource, 1, length(target)) = target
            )
            """;

        public const string Matching = $"{Others} AND ($resource IS NULL OR {OnResource})";

        public static (string Name, object Value)[] Of(DecisionQuery query) =>
            [
                ("$agent", (object?)query.Agent ?? DBNull.Value),
                ("$resource", (object?)query.Resource ?? DBNull.Value),
                ("$verdict", query.Verdict is { } verdict ? (long)verdict : DBNull.Value),
                ("$since", (object?)Milliseconds(query.Since) ?? DBNull.Value),
                ("$until", (object?)Milliseconds(query.Until) ?? DBNull.Value),
            ];

        // Decisions have whole milliseconds: the first one that is not before this time.
        private static long? Milliseconds(DateTimeOffset? time) =>
            time?.ToUnixTimeMilliseconds() + (time?.UtcTicks % TimeSpan.TicksPerMillisecond == 0 ? 0 : 1);
    }
}
