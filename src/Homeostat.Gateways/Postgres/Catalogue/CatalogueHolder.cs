using System.Security.Cryptography;
using Npgsql;

namespace Homeostat.Gateways.Postgres.Catalogue;

/// <summary>A committed catalogue and when its reading began, by the clock's timestamps.</summary>
internal sealed record CatalogueReading(DatabaseCatalogue Catalogue, CatalogueParts BuiltIn, long BeganAt);

/// <summary>
/// The committed catalogue of one database, shared by its sessions: read at an interval, and at once where a session needs
/// a newer one. A reading that finds nothing changed keeps the same catalogue, and with it what statements meant.
/// </summary>
internal sealed class CatalogueHolder(string connectionString, TimeProvider clock) : IAsyncDisposable
{
    private readonly CatalogueReader _reader = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private volatile CatalogueReading? _current;
    private NpgsqlConnection? _connection;
    private byte[] _digest = [];
    private Task? _running;

    public CatalogueReading? Current => _current;

    /// <summary>Why the last reading failed; null where it did not.</summary>
    public string? Failure { get; private set; }

    /// <summary>Whether what is held may still be decided by.</summary>
    public bool IsFresh => _current is { } current && clock.GetElapsedTime(current.BeganAt) <= Limits.MaxCatalogueAge;

    /// <summary>Nothing was read, or what was is too old and the last reading failed.</summary>
    public bool IsUnreadable => _current is null || (Failure is not null && !IsFresh);

    /// <summary>Begins to read at an interval.</summary>
    public void Start()
    {
        lock (_lock)
        {
            _running ??= Task.Run(RunAsync);
        }
    }

    /// <summary>A reading that began after this moment; null where the catalogue cannot be read.</summary>
    public async Task<CatalogueReading?> ReadAfterAsync(long timestamp)
    {
        if (_current is { } already && already.BeganAt > timestamp)
        {
            return already;
        }

        await _turn.WaitAsync(_stopping.Token).ConfigureAwait(false);
        try
        {
            // Whoever waited for its turn may find that another has read meanwhile.
            if (_current is not { } current || current.BeganAt <= timestamp)
            {
                await ReadAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _turn.Release();
        }

        return _current is { } read && read.BeganAt > timestamp ? read : null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_running is { } running)
        {
            await running.ConfigureAwait(false);
        }

        await _turn.WaitAsync().ConfigureAwait(false);
        await DropConnectionAsync().ConfigureAwait(false);
        _turn.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Limits.CatalogueEvery, clock);
        try
        {
            do
            {
                await ReadAfterAsync(clock.GetTimestamp()).ConfigureAwait(false);
            } while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The gateway ends.
        }
    }

    /// <summary>
    /// A reading that fails leaves the one before, which grows old. It is tried once more where the next may well succeed:
    /// what is dropped while the catalogue is read makes the server's own functions fail, and a connection that was held
    /// since an earlier reading may have ended long ago, with a server that has been started again since.
    /// </summary>
    private async Task ReadAsync()
    {
        var wasHeld = _connection is not null;
        var failure = await TryReadAsync().ConfigureAwait(false);
        if (failure is PostgresException || (failure is not null && wasHeld))
        {
            await TryReadAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Null where it was read.</summary>
    private async Task<Exception?> TryReadAsync()
    {
        var began = clock.GetTimestamp();
        try
        {
            _connection ??= await OpenAsync().ConfigureAwait(false);
            var catalogue = await _reader.ReadAsync(_connection, _stopping.Token).ConfigureAwait(false);
            var same = _current is not null && CryptographicOperations.FixedTimeEquals(_digest, _reader.Digest);
            _digest = _reader.Digest;
            _current = new CatalogueReading(same ? _current!.Catalogue : catalogue, _reader.ReadBuiltIn!, began);
            Failure = null;
            return null;
        }
        catch (Exception failure)
            when (failure is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException or IOException)
        {
            Failure = failure is PostgresException refused ? refused.MessageText : failure.Message;
            await DropConnectionAsync().ConfigureAwait(false);
            return failure;
        }
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(_stopping.Token).ConfigureAwait(false);
            return connection;
        }
        catch (Exception)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task DropConnectionAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
