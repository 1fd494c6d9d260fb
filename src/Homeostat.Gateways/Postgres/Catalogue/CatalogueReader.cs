using System.Data;
using System.Globalization;
using System.Security.Cryptography;
using Npgsql;

namespace Homeostat.Gateways.Postgres.Catalogue;

/// <summary>
/// Reads a database's catalogue. What came with the server is read once for each reader; what somebody made is read anew
/// each time, at one moment: in a repeatable-read transaction of its own, or, inside a session, in the transaction that
/// the session is in, which alone sees what it has made and not yet committed.
/// </summary>
public sealed class CatalogueReader
{
    private const string Own = ">= 16384";
    private const string BuiltIn = "< 16384";
    private const string KeepPath = "select set_config('homeostat.path', current_setting('search_path'), true)";
    private const string SystemPath = "select set_config('search_path', 'pg_catalog', true)";
    private const string RestorePath = "select set_config('search_path', current_setting('homeostat.path'), true)";

    private CatalogueParts? _builtIn;

    /// <summary>What came with the server; null until something was read.</summary>
    internal CatalogueParts? ReadBuiltIn => _builtIn;

    /// <summary>SHA-256 of what somebody made, as it was last read.</summary>
    internal byte[] Digest { get; private set; } = [];

    /// <summary>
    /// The definition of an object that is dropped meanwhile cannot be read: then everything is read again, a few times.
    /// </summary>
    /// <exception cref="NpgsqlException">The server did not answer, or refused.</exception>
    public async Task<DatabaseCatalogue> ReadAsync(NpgsqlConnection connection, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(connection);
        for (var left = Limits.MaxCatalogueTries; ; left--)
        {
            try
            {
                return await ReadOnceAsync(connection, token).ConfigureAwait(false);
            }
            catch (PostgresException error) when (left > 1 && error.SqlState == PostgresErrorCodes.InternalError)
            {
                // The next transaction no longer sees it.
            }
        }
    }

    private async Task<DatabaseCatalogue> ReadOnceAsync(NpgsqlConnection connection, CancellationToken token)
    {
        var transaction = await connection
            .BeginTransactionAsync(IsolationLevel.RepeatableRead, token)
            .ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            var catalogue = await ReadInSessionAsync(connection, token).ConfigureAwait(false);
            await transaction.CommitAsync(token).ConfigureAwait(false);
            return catalogue;
        }
    }

    /// <summary>The catalogue as this session sees it now; the session's settings are as before when it ends.</summary>
    /// <exception cref="NpgsqlException">The server did not answer, or the session's transaction has failed.</exception>
    public async Task<DatabaseCatalogue> ReadInSessionAsync(NpgsqlConnection connection, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _builtIn ??= (await ReadPartsAsync(connection, BuiltIn, token).ConfigureAwait(false)).Parts;
        var own = (await ReadPartsAsync(connection, Own, token).ConfigureAwait(false)).Parts;

        // Building it is work: not on the thread of the socket, where others' messages wait.
        await Task.Yield();
        return new DatabaseCatalogue(_builtIn, own);
    }

    /// <summary>What has to be asked, one text after another, to read in a session what somebody made.</summary>
    internal static (IReadOnlyList<string> Texts, CatalogueRows Rows, int FirstSection) InSession(int major)
    {
        var rows = new CatalogueRows(major);
        string[] texts =
        [
            KeepPath,
            SystemPath,
            .. rows.Sections.Select(section => Of(section.Query, Own)),
            RestorePath,
        ];
        return (texts, rows, 2);
    }

    private static string Of(string query, string condition) =>
        string.Format(CultureInfo.InvariantCulture, query, condition);

    /// <summary>
    /// One round trip. Definitions are deparsed with nothing but pg_catalog on the path, so that every other name in them
    /// is written in full; the path is put back in the same batch.
    /// </summary>
    private async Task<CatalogueRows> ReadPartsAsync(
        NpgsqlConnection connection,
        string condition,
        CancellationToken token
    )
    {
        var rows = new CatalogueRows(connection.PostgreSqlVersion.Major);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var batch = new NpgsqlBatch(connection) { Timeout = (int)Limits.MaxCatalogueTime.TotalSeconds };
        await using (batch.ConfigureAwait(false))
        {
            Add(batch, KeepPath);
            Add(batch, SystemPath);
            foreach (var (query, _) in rows.Sections)
            {
                Add(batch, Of(query, condition));
            }

            Add(batch, RestorePath);
            var reader = await batch.ExecuteReaderAsync(token).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.NextResultAsync(token).ConfigureAwait(false);
                var row = new ReaderRow(reader, digest);
                foreach (var (_, accept) in rows.Sections)
                {
                    await reader.NextResultAsync(token).ConfigureAwait(false);
                    while (await reader.ReadAsync(token).ConfigureAwait(false))
                    {
                        accept(row);
                    }
                }
            }
        }

        Digest = digest.GetHashAndReset();
        return rows;
    }

    private static void Add(NpgsqlBatch batch, string text) => batch.BatchCommands.Add(new NpgsqlBatchCommand(text));
}
