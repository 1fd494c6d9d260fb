using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Storage;

namespace Homeostat.Ledger.Witnessing;

/// <summary>
/// The last checkpoint of every log that a witness knows, in a folder that one process holds. Any thread may ask; a swap compares and persists in one step.
/// </summary>
public sealed class WitnessStore : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ILogStore _store;
    private readonly Dictionary<string, FileHeadStore> _heads = new(StringComparer.Ordinal);

    internal WitnessStore(ILogStore store) => _store = store;

    public static WitnessStore Open(string folder) => new(FolderStore.Open(folder));

    public Checkpoint? Read(string origin)
    {
        lock (_lock)
        {
            return Head(origin).Read();
        }
    }

    /// <summary>Replaces a log's last checkpoint; durable when it returns.</summary>
    public void Swap(Checkpoint? expected, Checkpoint next)
    {
        lock (_lock)
        {
            if (!Head(next.Origin).TrySwap(expected, next))
            {
                throw new InvalidOperationException(
                    $"the last checkpoint of '{next.Origin}' is not the one that was compared: two witnesses share a store"
                );
            }
        }
    }

    public void Dispose()
    {
        foreach (var head in _heads.Values)
        {
            head.Dispose();
        }

        _store.Dispose();
    }

    private FileHeadStore Head(string origin)
    {
        if (!_heads.TryGetValue(origin, out var head))
        {
            var name = Digest.Of(System.Text.Encoding.UTF8.GetBytes(origin)).ToString();
            head = new FileHeadStore(FileHeadStore.OpenFile(_store, name), ForkProtection.None);
            _heads.Add(origin, head);
        }

        return head;
    }
}
