using System.Text;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Ledger.Storage;

/// <summary>A recovered log: its parts agree, and all of it is in tiles.</summary>
internal sealed record OpenedLog(
    string Origin,
    ILogStore Store,
    SegmentedJournal Journal,
    Publisher Publisher,
    GroupCommitter Committer,
    FileHeadStore Head
)
{
    /// <summary>Lets everything go; after a clean end the segments hold nothing that tiles do not, and are deleted.</summary>
    public void Close(bool clean)
    {
        if (clean)
        {
            Publisher.WriteSessions(Committer.Sessions());
            Journal.Clear();
        }

        Journal.Dispose();
        Publisher.Dispose();
        Head.Dispose();
        Store.Dispose();
    }
}

/// <summary>Opens a log after whatever happened to it: all that was acknowledged is found again, or the reason why not is said.</summary>
internal static class Recovery
{
    public const string DescriptionPath = "log";

    /// <summary>The sessions that a shard began with: all closed.</summary>
    public const string SessionsStartPath = "sessions.start";

    public static OpenedLog Open(ILogStore store, string origin, SigningKey key, LedgerOptions options)
    {
        if (!VerifierKey.IsName(origin))
        {
            throw new LedgerOpenException($"'{origin}' cannot be an origin: use characters without spaces or '+'");
        }

        Describe(store, origin, key);
        RemoveTemporaries(store);

        // 1. What is published, and the right edge of its tree.
        var published = ReadPublished(store, origin, key.VerifierKey);
        var reader = new TileReader(new StoreTiles(store));
        var (tree, builder) = ResumeTree(reader, published);

        // 2. What is durable behind it.
        var replay = JournalReplay.Run(Segments(store), tree);

        // 3. Nothing that was ever signed may be missing or different.
        var recovered = new Checkpoint(origin, tree.Size, tree.Root());
        var local = new FileHeadStore(FileHeadStore.OpenFile(store), ForkProtection.None);
        IReadOnlyList<IHeadStore> heads = options.SecondHead is { } second ? [local, second] : [local];
        RefuseLostHead(local, published);
        foreach (var head in heads)
        {
            CheckHead(head, published, replay, recovered, reader);
        }

        // 4. Everything goes into tiles before the segments are used anew. A crash here leaves the segments, and opening starts over.
        foreach (var head in heads)
        {
            Adopt(head, recovered);
        }

        var publisher = new Publisher(store, local, builder, published?.Size ?? 0);
        Republish(store, publisher, published, replay, recovered, key);
        tree.Trim();
        var book = ReadSessions(store, tree.Size, reader);
        store.Delete(SegmentedJournal.Folder);
        var journal = new SegmentedJournal(store, options.SegmentBytes, options.FillRandom);
        journal.Prepare();
        var committer = new GroupCommitter(origin, key, tree, book, journal, local, options.SecondHead, publisher);
        return new OpenedLog(origin, store, journal, publisher, committer, local);
    }

    internal static string Description(string origin, VerifierKey key) => $"homeostat-log/v1\n{origin}\n{key}\n";

    // The log says what it is in a note that it signs, so that opening a folder with another origin or key fails before anything is written.
    private static void Describe(ILogStore store, string origin, SigningKey key)
    {
        var bytes = store.Read(DescriptionPath);
        if (bytes is null)
        {
            if (store.Read(Publisher.CheckpointPath) is not null)
            {
                throw new LedgerOpenException(
                    $"the file '{DescriptionPath}' is missing beside a checkpoint: restore it from where the log came from"
                );
            }

            store.WriteNew(
                DescriptionPath + TemporaryName.Suffix,
                SignedNote.Sign(Description(origin, key.VerifierKey), key).ToBytes()
            );
            store.Rename(DescriptionPath + TemporaryName.Suffix, DescriptionPath);
            store.SyncFolder("");
            return;
        }

        if (!bytes.AsSpan().SequenceEqual(SignedNote.Sign(Description(origin, key.VerifierKey), key).ToBytes()))
        {
            var found = Encoding.UTF8.GetString(bytes).Split('\n');
            throw new LedgerOpenException(
                $"the file '{DescriptionPath}' describes another log ({string.Join(", ", found.Skip(1).Take(2))}); expected {origin}, {key.VerifierKey}"
            );
        }
    }

    private static void RemoveTemporaries(ILogStore store)
    {
        foreach (
            var path in store.List("").Where(path => path.EndsWith(TemporaryName.Suffix, StringComparison.Ordinal))
        )
        {
            store.Delete(path);
        }
    }

    private static Checkpoint? ReadPublished(ILogStore store, string origin, VerifierKey key)
    {
        if (store.Read(Publisher.CheckpointPath) is not { } bytes)
        {
            return null;
        }

        try
        {
            return Checkpoint.Open(SignedNote.Parse(bytes), origin, key);
        }
        catch (FormatException e)
        {
            throw new LedgerOpenException($"the file 'checkpoint' is damaged: {e.Message}", e);
        }
    }

    private static (GrowingTree Tree, TileBuilder Builder) ResumeTree(TileReader reader, Checkpoint? published)
    {
        if (published is null)
        {
            return (new GrowingTree(), new TileBuilder());
        }

        try
        {
            var tree = GrowingTree.Resume(published.Size, reader.Edge(published.Size));
            return tree.Root() == published.Root
                ? (tree, reader.Resume(published.Size))
                : throw new LedgerOpenException(
                    $"the tiles at the right edge do not lead to the root of the checkpoint of size {published.Size}; run verify to find the damaged one"
                );
        }
        catch (TileException e)
        {
            throw new LedgerOpenException($"{e.Message}, and the checkpoint of size {published.Size} needs it", e);
        }
    }

    // Where the snapshot is missing, damaged or of another log, the sessions are folded from the first entry on.
    private static SequenceBook ReadSessions(ILogStore store, long size, TileReader reader)
    {
        var book = store.Read(Publisher.SessionsPath) is { } bytes ? SequenceBook.TryRead(bytes) : null;
        book = book is null || book.Size > size ? StartOfSessions(store) : book;
        for (var index = book.Size; index < size; )
        {
            var bundle = index / TilePath.Width;
            var entries = reader.Entries(bundle, (int)Math.Min(TilePath.Width, size - (bundle * TilePath.Width)));
            for (var i = (int)(index % TilePath.Width); i < entries.Count; i++, index++)
            {
                book.Apply(Statement.Parse(entries[i]), TreeHash.Leaf(entries[i].Span), index);
            }
        }

        book.Advance(size);
        return book;
    }

    private static SequenceBook StartOfSessions(ILogStore store) =>
        store.Read(SessionsStartPath) is { } bytes
            ? SequenceBook.TryRead(bytes)
                ?? throw new LedgerOpenException(
                    $"the file '{SessionsStartPath}' is damaged: restore it, or signers could repeat what the shard before has"
                )
            : new SequenceBook();

    private static IEnumerable<byte[]> Segments(ILogStore store) =>
        store
            .List(SegmentedJournal.Folder)
            .Where(path => !path.EndsWith(TemporaryName.Suffix, StringComparison.Ordinal))
            .Select(path => store.Read(path) ?? []);

    // The head is written before the first checkpoint is, so a checkpoint without a head means that somebody took the head away.
    private static void RefuseLostHead(FileHeadStore local, Checkpoint? published)
    {
        if (local.Read() is null && published is not null)
        {
            throw new LedgerOpenException(
                "the file 'head' with the last signed checkpoint is missing or damaged: restore it, for without it this copy could be an old one"
            );
        }
    }

    private static void CheckHead(
        IHeadStore store,
        Checkpoint? published,
        JournalReplay replay,
        Checkpoint recovered,
        TileReader reader
    )
    {
        if (store.Read() is not { } head)
        {
            return;
        }

        if (head.Origin != recovered.Origin)
        {
            throw new LedgerOpenException(
                $"the store of the last signed checkpoint belongs to '{head.Origin}', not to '{recovered.Origin}'"
            );
        }

        if (head.Size > recovered.Size)
        {
            throw new LedgerOpenException(
                $"this log signed a checkpoint of size {head.Size}, and only {recovered.Size} entries are here: it is an older copy, or acknowledged "
                    + "entries are damaged; nothing is signed until the missing ones are restored"
            );
        }

        var root =
            head.Size <= (published?.Size ?? 0) ? RootAt(reader, head.Size) : replay.Roots.GetValueOrDefault(head.Size);
        if (root != head.Root)
        {
            throw new LedgerOpenException(
                $"this log signed another tree of size {head.Size} before: its root was {head.Root}, here it is {root}; this copy is a fork and is not continued"
            );
        }
    }

    private static Digest RootAt(TileReader reader, long size) => GrowingTree.Resume(size, reader.Edge(size)).Root();

    private static void Adopt(IHeadStore store, Checkpoint recovered)
    {
        var head = store.Read();
        if (head != recovered && !store.TrySwap(head, recovered))
        {
            throw new LedgerOpenException(
                "the store of the last signed checkpoint changed while the log was opened: another copy is running"
            );
        }
    }

    private static void Republish(
        ILogStore store,
        Publisher publisher,
        Checkpoint? published,
        JournalReplay replay,
        Checkpoint recovered,
        SigningKey key
    )
    {
        var note = recovered.Sign(key).ToBytes();
        if (replay.Entries.Count > 0)
        {
            publisher.Add(
                new CommittedBatch(replay.Entries, replay.Leaves, recovered.Size, new CheckpointNote(note), null)
            );
            publisher.PublishOnce();
        }
        else if (published is null)
        {
            publisher.WriteCheckpoint(note);
        }
    }
}
