using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Homeostat.Ledger.Checkpoints;

namespace Homeostat.Ledger.Storage;

/// <summary>
/// The place of the last checkpoint that the log signed, or is about to sign. Whoever restores an older copy of the log without this place
/// finds it ahead of the log, and does not get to sign a second history.
/// </summary>
public interface IHeadStore : IDisposable
{
    /// <summary>What a receipt may say because of this store.</summary>
    ForkProtection Protection { get; }

    /// <summary>The last head, or null where none was ever written.</summary>
    Checkpoint? Read();

    /// <summary>Replaces the head where it is still the expected one; durable when it returns true.</summary>
    bool TrySwap(Checkpoint? expected, Checkpoint next);
}

/// <summary>
/// A head in a file of two slots. What is written goes over the slot that is not known to be durable, and the two change places when it
/// is, so that a torn write leaves the other.
/// </summary>
public sealed class FileHeadStore : IHeadStore
{
    private const int SlotBytes = 4096;
    private const int HashBytes = 32;
    private const int HeaderBytes = 12;

    private readonly IStoreFile _file;
    private readonly IDisposable? _owned;
    private readonly Lock _lock = new();
    private Checkpoint? _head;
    private ulong _turn;
    private int _durable;
    private bool _isWritten = true;
    private bool _isDurable = true;
    private bool _isSyncing;

    internal FileHeadStore(IStoreFile file, ForkProtection protection, IDisposable? owned = null)
    {
        _file = file;
        _owned = owned;
        Protection = protection;
        for (var slot = 0; slot < 2; slot++)
        {
            var (turn, head) = ReadSlot(slot);
            if (head is not null && turn > _turn)
            {
                (_turn, _head, _durable) = (turn, head, slot);
            }
        }
    }

    public ForkProtection Protection { get; }

    /// <summary>Opens a head store in a folder of its own; it protects against forks only where that is on another device than the log.</summary>
    public static FileHeadStore Open(string folder, string logFolder)
    {
        var store = FolderStore.Open(folder);
        var apart =
            Posix.Device(folder) is { } a
            && Posix.Device(Path.GetFullPath(Path.Combine(logFolder, ".."))) is { } b
            && a != b;
        return new FileHeadStore(
            store.OpenPreallocated("head", 2 * SlotBytes),
            apart ? ForkProtection.SeparateStore : ForkProtection.None,
            store
        );
    }

    public Checkpoint? Read() => _head;

    public bool TrySwap(Checkpoint? expected, Checkpoint next)
    {
        if (_head != expected)
        {
            return false;
        }

        try
        {
            Move(next);
            Sync();
            return true;
        }
        catch
        {
            _head = expected;
            throw;
        }
    }

    /// <summary>
    /// Replaces the head without waiting for the disk. It survives the end of the process; what survives the end of the machine is what
    /// <see cref="Sync"/> was called after. While that is under way the file is left alone, and is behind until the next call.
    /// </summary>
    internal void Move(Checkpoint next)
    {
        lock (_lock)
        {
            (_head, _isWritten) = (next, false);
            if (!_isSyncing)
            {
                Write();
            }
        }
    }

    /// <summary>Makes the head durable as it is when this begins.</summary>
    internal void Sync()
    {
        lock (_lock)
        {
            if (!_isWritten)
            {
                Write();
            }

            // Nothing new: the slots must not change places, or the next write would go over the head.
            if (_isDurable)
            {
                return;
            }

            _isSyncing = true;
        }

        // A crash here leaves the durable slot, with a head before.
        _file.Sync();
        lock (_lock)
        {
            (_durable, _isDurable, _isSyncing) = (1 - _durable, true, false);
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _owned?.Dispose();
    }

    private void Write()
    {
        _turn++;
        Span<byte> slot = stackalloc byte[SlotBytes];
        slot.Clear();
        Encode(slot, _turn, _head!);
        _file.Write(slot, (long)(1 - _durable) * SlotBytes);
        (_isWritten, _isDurable) = (true, false);
    }

    internal static IStoreFile OpenFile(ILogStore store, string name = "head") =>
        store.OpenPreallocated(name, 2 * SlotBytes);

    /// <summary>The slots of a head file that are neither empty nor intact.</summary>
    internal static IEnumerable<int> DamagedSlots(byte[] file)
    {
        for (var slot = 0; slot < 2; slot++)
        {
            var bytes = file.AsSpan(slot * SlotBytes, SlotBytes);
            if (bytes.ContainsAnyExcept((byte)0) && Decode(bytes).Head is null)
            {
                yield return slot;
            }
        }
    }

    /// <summary>The newest head in the bytes of a head file.</summary>
    internal static Checkpoint? Newest(byte[] file) =>
        Enumerable
            .Range(0, 2)
            .Select(slot => Decode(file.AsSpan(slot * SlotBytes, SlotBytes)))
            .Where(slot => slot.Head is not null)
            .MaxBy(slot => slot.Turn)
            .Head;

    internal static bool IsHeadFile(byte[] file) => file.Length == 2 * SlotBytes;

    // turn u64, length u32, the checkpoint's text, SHA-256 of all that, zeros.
    private static void Encode(Span<byte> slot, ulong turn, Checkpoint head)
    {
        var text = Encoding.UTF8.GetBytes(head.ToText());
        BinaryPrimitives.WriteUInt64BigEndian(slot, turn);
        BinaryPrimitives.WriteUInt32BigEndian(slot[8..], (uint)text.Length);
        text.CopyTo(slot[HeaderBytes..]);
        var end = HeaderBytes + text.Length;
        SHA256.HashData(slot[..end], slot.Slice(end, HashBytes));
    }

    private static (ulong Turn, Checkpoint? Head) Decode(ReadOnlySpan<byte> slot)
    {
        var turn = BinaryPrimitives.ReadUInt64BigEndian(slot);
        var length = BinaryPrimitives.ReadUInt32BigEndian(slot[8..]);
        if (length > SlotBytes - HeaderBytes - HashBytes)
        {
            return (turn, null);
        }

        var end = HeaderBytes + (int)length;
        Span<byte> hash = stackalloc byte[HashBytes];
        SHA256.HashData(slot[..end], hash);
        var intact =
            hash.SequenceEqual(slot.Slice(end, HashBytes)) && !slot[(end + HashBytes)..].ContainsAnyExcept((byte)0);
        return (turn, intact ? Checkpoint.Parse(Encoding.UTF8.GetString(slot[HeaderBytes..end])) : null);
    }

    private (ulong Turn, Checkpoint? Head) ReadSlot(int slot)
    {
        var bytes = new byte[SlotBytes];
        _file.Read(bytes, (long)slot * SlotBytes);
        return Decode(bytes);
    }
}
