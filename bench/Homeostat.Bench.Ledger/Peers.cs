using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Homeostat.Bench.Ledger;

/// <summary>A hash chain in a table: what one would build without a log.</summary>
internal static class Peers
{
    /// <summary>Each entry is a transaction with the hash of the one before; WAL, synchronous=FULL.</summary>
    public static double Sqlite(string folder, ReadOnlyMemory<byte>[] entries)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "chain.db")}");
        connection.Open();
        Execute(
            connection,
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE chain(id INTEGER PRIMARY KEY, hash BLOB, entry BLOB)"
        );
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO chain(hash, entry) VALUES ($hash, $entry)";
        var hash = insert.Parameters.Add("$hash", SqliteType.Blob);
        var entry = insert.Parameters.Add("$entry", SqliteType.Blob);
        var last = new byte[32];
        var watch = Stopwatch.StartNew();
        foreach (var bytes in entries)
        {
            last = SHA256.HashData([.. last, .. bytes.Span]);
            (hash.Value, entry.Value) = (last, bytes.ToArray());
            insert.ExecuteNonQuery();
        }

        return entries.Length / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Sixteen clients; the chain serialises them, as it must, in a row that each updates. fsync and synchronous_commit must be on.</summary>
    public static async Task<double> PostgresAsync(string connectionString, ReadOnlyMemory<byte>[] entries)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using (var settings = source.CreateCommand(Settings))
        {
            if (await settings.ExecuteScalarAsync() is not "on,on")
            {
                throw new InvalidOperationException(
                    "the PostgreSQL server does not run with fsync and synchronous_commit on: not a peer"
                );
            }
        }

        await using (var setup = source.CreateCommand(Schema))
        {
            await setup.ExecuteNonQueryAsync();
        }

        var next = -1;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(async _ =>
                {
                    await using var connection = await source.OpenConnectionAsync();
                    await using var append = new NpgsqlCommand("SELECT append_entry($1)", connection);
                    var parameter = append.Parameters.Add(
                        new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea }
                    );
                    for (
                        var i = Interlocked.Increment(ref next);
                        i < entries.Length;
                        i = Interlocked.Increment(ref next)
                    )
                    {
                        parameter.Value = entries[i].ToArray();
                        await append.ExecuteNonQueryAsync();
                    }
                })
        );
        return entries.Length / watch.Elapsed.TotalSeconds;
    }

    private const string Settings = "SELECT current_setting('fsync') || ',' || current_setting('synchronous_commit')";

    private const string Schema = """
        DROP TABLE IF EXISTS chain; DROP TABLE IF EXISTS chain_head;
        CREATE TABLE chain(id bigint PRIMARY KEY, hash bytea, entry bytea);
        CREATE TABLE chain_head(id bigint, hash bytea);
        INSERT INTO chain_head VALUES (0, '\x00');
        CREATE OR REPLACE FUNCTION append_entry(e bytea) RETURNS bigint LANGUAGE plpgsql AS $$
        DECLARE h chain_head;
        BEGIN
          UPDATE chain_head SET id = id + 1, hash = sha256(hash || e) RETURNING * INTO h;
          INSERT INTO chain VALUES (h.id, h.hash, e);
          RETURN h.id;
        END $$;
        """;

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
