using Homeostat.Cli.Commands.Log;
using Homeostat.Ledger.Merkle;
using Microsoft.Data.Sqlite;

namespace Homeostat.Cli.Indexing;

/// <summary>
/// Answers queries over a log's decisions. The index follows the log and is made anew where it does not fit; whatever it finds is read from the log
/// again and proved there before it is told.
/// </summary>
internal sealed class DecisionIndex(PublishedLog log, Action<string> say)
{
    /// <summary>Answers from the index at a path, or without one (null) from one made for this answer alone.</summary>
    public QueryAnswer Answer(string? path, DecisionQuery query, int most)
    {
        try
        {
            return AnswerFrom(path, query, most);
        }
        catch (SqliteException e) when (path is not null && IsAboutPlace(e))
        {
            say($"the index {path} cannot be used ({e.Message}); reading the whole log instead");
            return AnswerFrom(null, query, most);
        }
        catch (Exception e) when (path is not null && e is SqliteException or IndexDamagedException)
        {
            say($"the index {path} was damaged and is made anew");
            IndexFile.Delete(path!);
            return AnswerFrom(path, query, most);
        }
    }

    private QueryAnswer AnswerFrom(string? path, DecisionQuery query, int most)
    {
        using var file = IndexFile.Open(path);
        Update(file);
        var (newest, matching) = file.Find(query, most);
        return new QueryAnswer(
            [.. newest.Select(found => Read(found.Index, found.Leaf, query))],
            matching,
            file.Unsure(query),
            file.Rejected()
        );
    }

    // SQLITE_PERM, _BUSY, _LOCKED, _READONLY, _FULL and _CANTOPEN: the file's content is not at fault.
    private static bool IsAboutPlace(SqliteException e) => e.SqliteErrorCode is 3 or 5 or 6 or 8 or 13 or 14;

    private void Update(IndexFile file)
    {
        // 1. Continue what is indexed. A crash before the commit leaves the index as it was.
        using (var transaction = file.Begin())
        {
            if (TryExtend(file))
            {
                transaction.Commit();
                return;
            }
        }

        // 2. What was indexed is not the beginning of this log.
        if (file.Part() is { } part)
        {
            say(
                $"the log does not continue the {part.Size} entries of {part.Origin} that were indexed before; the index is made anew. "
                    + "If nobody replaced the log or changed the index, the log was rewritten"
            );
        }

        using var anew = file.Begin();
        file.Clear();
        if (!TryExtend(file))
        {
            throw new FormatException(
                "the entries are not what the log signed; run 'homeostat log verify' to find what is damaged"
            );
        }

        anew.Commit();
    }

    /// <summary>Adds what the index lacks; false where the whole does not lead to the root that the log signed.</summary>
    private bool TryExtend(IndexFile file)
    {
        var (origin, size, root) = (log.Checkpoint.Origin, log.Checkpoint.Size, log.Checkpoint.Root);
        var key = $"{log.Key}";
        var part = file.Part() ?? new IndexedPart(origin, key, 0, TreeHash.Empty);
        if (part.Origin != origin || part.Key != key || part.Size < 0 || part.Size > size)
        {
            return false;
        }

        var tree = GrowingTree.Resume(part.Size, Edge(part.Size, size));
        if (tree.Root() != part.Root)
        {
            return false;
        }

        foreach (var (index, entry) in log.Entries(part.Size, size))
        {
            var leaf = TreeHash.Leaf(entry.Span);
            tree.Append(leaf);
            tree.Trim();
            Add(file, index, leaf, entry);
        }

        file.SetPart(new IndexedPart(origin, key, size, root));
        return tree.Root() == root;
    }

    private void Add(IndexFile file, long index, Digest leaf, ReadOnlyMemory<byte> entry)
    {
        var (decision, problem) = DecisionReading.Of(entry, log.Key);
        if (decision is not null)
        {
            file.Add(index, leaf, decision);
        }
        else if (problem is not null)
        {
            file.Reject(index, problem);
        }
    }

    // The tiles are those of the whole log: the partial ones of an earlier size may be gone.
    private Digest[] Edge(long of, long size)
    {
        var edge = new List<Digest>();
        for (var level = 62; level >= 0; level--)
        {
            if (((of >> level) & 1) == 1)
            {
                edge.Add(log.Reader.Node(level, (of >> level) - 1, size));
            }
        }

        return [.. edge];
    }

    private FoundDecision Read(long index, Digest leaf, DecisionQuery query)
    {
        var size = log.Checkpoint.Size;
        if (index < 0 || index >= size)
        {
            throw new IndexDamagedException($"names the entry {index}, which the log has not");
        }

        var entry = log.Entry(index);
        var actual = TreeHash.Leaf(entry.Span);
        var path = log.Prover.Inclusion(index, size);
        if (!MerkleProof.VerifyInclusion(index, size, actual, path, log.Checkpoint.Root))
        {
            throw new FormatException(
                $"entry {index} is not what the log signed; run 'homeostat log verify' to find what is damaged"
            );
        }

        return leaf == actual && DecisionReading.Of(entry, log.Key).Decision is { } decision && query.Matches(decision)
            ? new FoundDecision(index, actual.ToString(), decision)
            : throw new IndexDamagedException($"is wrong about entry {index}");
    }
}
