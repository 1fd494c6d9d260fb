using System.Globalization;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;

namespace Homeostat.Ledger.Storage;

/// <summary>When a shard is sealed and the next one begins; what is in flight at that moment still goes into the old one.</summary>
public sealed record ShardLimits(long Entries, TimeSpan Age);

/// <summary>An entry's receipt and the shard, by its origin, that gave it.</summary>
public sealed record ShardReceipt(string Origin, Receipt Receipt);

/// <summary>
/// A log that goes on in a new folder, with an origin of its own, when the old one is large or old enough. A sealed shard is a whole log: it verifies
/// alone and can be moved away. Sessions end with their shard; signers go on with higher ones.
/// </summary>
public sealed class ShardedLog : IDisposable
{
    private readonly string _folder;
    private readonly string _origin;
    private readonly SigningKey _key;
    private readonly TimeProvider _time;
    private readonly ShardLimits _limits;
    private readonly LedgerOptions _options;
    private readonly FolderStore _store;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile Shard _current;

    private ShardedLog(
        string folder,
        string origin,
        SigningKey key,
        TimeProvider time,
        ShardLimits limits,
        LedgerOptions options
    )
    {
        _folder = folder;
        _origin = origin;
        _key = key;
        _time = time;
        _limits = limits;
        _options = options;
        _store = FolderStore.Open(folder);
        try
        {
            _current = OpenCurrent();
        }
        catch
        {
            _store.Dispose();
            throw;
        }
    }

    private sealed record Shard(int Number, LedgerLog Log, DateTimeOffset Began);

    /// <summary>The shard that takes entries now.</summary>
    public LedgerLog Current => _current.Log;

    public static ShardedLog Open(
        string folder,
        string origin,
        SigningKey key,
        TimeProvider time,
        ShardLimits limits,
        LedgerOptions? options = null
    ) => new(folder, origin, key, time, limits, options ?? new LedgerOptions());

    /// <summary>The origin of a shard.</summary>
    public static string OriginOf(string origin, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{origin}/{number:d4}");

    /// <summary>Appends to the current shard, after going on to the next one where it is time.</summary>
    public async ValueTask<ShardReceipt> AppendAsync(
        ReadOnlyMemory<byte> entry,
        CancellationToken cancellationToken = default
    )
    {
        while (true)
        {
            var shard = _current;
            if (IsDue(shard))
            {
                await RotateAsync(shard, cancellationToken);
                continue;
            }

            try
            {
                return new ShardReceipt(shard.Log.Origin, await shard.Log.AppendAsync(entry, cancellationToken));
            }
            catch (AppendRefusedException e) when (e.Refusal == AppendRefusal.Closed && shard != _current)
            {
                // The shard was sealed meanwhile; the entry belongs into the next one.
            }
            catch (AppendRefusedException e) when (e.Refusal == AppendRefusal.Closed && _turn.CurrentCount == 0)
            {
                // It is being sealed right now.
                await RotateAsync(shard, cancellationToken);
            }
        }
    }

    public void Dispose()
    {
        _current.Log.Dispose();
        _store.Dispose();
        _turn.Dispose();
    }

    private bool IsDue(Shard shard) =>
        shard.Log.Size >= _limits.Entries || _time.GetUtcNow() - shard.Began >= _limits.Age;

    private async Task RotateAsync(Shard shard, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_current == shard)
            {
                _current = Next(shard);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private Shard OpenCurrent()
    {
        if (_store.Read(ShardFolder.CurrentPath) is not { } bytes)
        {
            return Directory.Exists(Folder(0))
                ? throw new LedgerOpenException(
                    $"{_folder}: the file '{ShardFolder.CurrentPath}' is missing beside shards; restore it, or its shard could be forked"
                )
                : Begin(0, null, null);
        }

        if (
            !int.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !Directory.Exists(Folder(number))
        )
        {
            throw new LedgerOpenException(
                $"{_folder}: '{ShardFolder.CurrentPath}' does not name a shard that is here; the current shard may not be moved away"
            );
        }

        var log = LedgerLog.Open(Folder(number), OriginOf(_origin, number), _key, _time, _options);
        return Opened(number, log);
    }

    // 1. Close the old shard: everything is in tiles. A crash here leaves it open, and it is continued.
    // 2. Make the new one, with its head. A crash here leaves a shard that 'current' does not name; it holds nothing but its head, and is made again.
    // 3. Name the new one. From here on the old one is sealed.
    private Shard Next(Shard old)
    {
        var last = old.Log.PublishedSize == old.Log.Size ? null : "not everything is in tiles yet";
        old.Log.Dispose();
        var tiles = new Tiles.FolderTiles(Folder(old.Number));
        var checkpoint = Checkpoint.Parse(SignedNote.Parse(tiles.Read(Publisher.CheckpointPath)!).Text);
        if (checkpoint.Size != old.Log.Size)
        {
            throw new LedgerOpenException($"{Folder(old.Number)} could not be sealed: {last}");
        }

        var sessions = SequenceBook.TryRead(tiles.Read(Publisher.SessionsPath)!)!.Closed().ToBytes();
        return Begin(old.Number + 1, checkpoint, sessions);
    }

    private Shard Begin(int number, Checkpoint? previous, byte[]? sessions)
    {
        var name = ShardFolder.Name(number);
        _store.Delete(name);
        if (sessions is not null)
        {
            Replace($"{name}/{Recovery.SessionsStartPath}", sessions);
        }

        var log = LedgerLog.Open(Folder(number), OriginOf(_origin, number), _key, _time, _options);
        try
        {
            var head = new ShardHead(_time.GetUtcNow(), previous).Sign(_key, log.Origin);
            log.AppendAsync(head).AsTask().GetAwaiter().GetResult();
            Replace(
                ShardFolder.CurrentPath,
                System.Text.Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture))
            );
            return Opened(number, log);
        }
        catch
        {
            // The next append tries again, and nobody else may still be writing into this folder then.
            log.Dispose();
            throw;
        }
    }

    private Shard Opened(int number, LedgerLog log)
    {
        var reader = new Tiles.TileReader(new Tiles.FolderTiles(Folder(number)));
        log.PublishedAsync(1).GetAwaiter().GetResult();
        var size = Checkpoint.Parse(log.PublishedCheckpoint().Text).Size;
        var head = ShardHead.Parse(reader.Entries(0, (int)Math.Min(Tiles.TilePath.Width, size))[0]);
        return new Shard(number, log, head.Began);
    }

    private void Replace(string path, byte[] content)
    {
        _store.WriteNew(path + TemporaryName.Suffix, content);
        _store.Rename(path + TemporaryName.Suffix, path);
        _store.SyncFolder(path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "");
    }

    private string Folder(int number) => Path.Combine(_folder, ShardFolder.Name(number));
}
