using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Ledger.Auditing;

/// <summary>Verifies every shard at a location, and that each continues the one before it where that one is there too.</summary>
public static class ShardsVerifier
{
    /// <summary>The shards at a folder or URL; none where it is one log.</summary>
    public static IReadOnlyList<ListedShard> Find(string location)
    {
        if (!LedgerVerifier.IsUrl(location))
        {
            return ShardFolder.IsOne(location) ? ShardFolder.List(location) : [];
        }

        using var http = LedgerVerifier.Http(location);
        return http.Read(Publisher.CheckpointPath) is null && http.Read(ShardFolder.IndexPath) is { } index
            ? ShardFolder.Parse(index)
            : [];
    }

    /// <summary>One report for each shard, in order; <paramref name="verify"/> is given a shard's own location.</summary>
    public static IEnumerable<VerificationReport> Verify(
        string location,
        IReadOnlyList<ListedShard> shards,
        string verifierKey,
        Func<string, VerificationReport> verify
    )
    {
        var key = VerifierKey.Parse(verifierKey);
        ListedShard? before = null;
        foreach (var shard in shards)
        {
            var at = At(location, shard);
            var report = verify(at);
            var problem = report.IsGood
                ? Problem(at, shard, before is null ? null : At(location, before), before, key)
                : null;
            yield return problem is null
                ? report
                : report with
                {
                    Findings = [new Finding(TilePath.Entries(0), 0, problem)],
                };
            before = shard;
        }
    }

    private static string At(string location, ListedShard shard) => $"{location.TrimEnd('/')}/{shard.Name}";

    // The head of a shard names the last checkpoint of the one before. Which shards are gone is for whoever moved them to say.
    private static string? Problem(string at, ListedShard shard, string? beforeAt, ListedShard? before, VerifierKey key)
    {
        try
        {
            var (checkpoint, head) = Read(at, shard.Origin, key);
            if (checkpoint.Size == 0 || head is null)
            {
                return "a shard begins with its head, and this one has no entry";
            }

            if (before is null || beforeAt is null || !Follows(before, shard))
            {
                return null;
            }

            var (last, _) = Read(beforeAt, before.Origin, key);
            return head.Previous == last
                ? null
                : $"the shard continues {Describe(head.Previous)}, and shard {before.Name} ends in {Describe(last)}";
        }
        catch (Exception e) when (e is FormatException or TileException)
        {
            return e.Message;
        }
    }

    private static bool Follows(ListedShard before, ListedShard shard) =>
        int.Parse(shard.Name) == int.Parse(before.Name) + 1;

    private static (Checkpoint Checkpoint, ShardHead? Head) Read(string at, string origin, VerifierKey key)
    {
        using var http = LedgerVerifier.IsUrl(at) ? LedgerVerifier.Http(at) : null;
        ITileSource source = http is null ? new FolderTiles(at) : http;
        var bytes =
            source.Read(Publisher.CheckpointPath) ?? throw new TileException(Publisher.CheckpointPath, "is missing");
        var checkpoint = Checkpoint.Open(SignedNote.Parse(bytes), origin, key);
        var width = (int)Math.Min(TilePath.Width, checkpoint.Size);
        return (checkpoint, width == 0 ? null : ShardHead.Parse(new TileReader(source).Entries(0, width)[0]));
    }

    private static string Describe(Checkpoint? checkpoint) =>
        checkpoint is null ? "nothing" : $"{checkpoint.Origin} at {checkpoint.Size} entries, root {checkpoint.Root}";
}
