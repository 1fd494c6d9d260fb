using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Ledger.Auditing;

/// <summary>What a log's folder holds besides the published files: its description, its head, its segments.</summary>
internal static class FolderChecks
{
    private static readonly HashSet<string> s_expected = new(StringComparer.Ordinal)
    {
        "lock",
        "head",
        Recovery.DescriptionPath,
        Publisher.CheckpointPath,
        Publisher.SessionsPath,
        Recovery.SessionsStartPath,
        Publisher.WitnessedPath,
    };

    public static void Run(
        FolderTiles folder,
        Checkpoint checkpoint,
        VerifierKey key,
        bool live,
        Action<string, string> report
    )
    {
        CheckDescription(folder, checkpoint, key, report);
        CheckWitnessed(folder, checkpoint, key, report);
        if (live)
        {
            return;
        }

        CheckNames(folder, report);
        if (ReadHead(folder, report) is { } head)
        {
            CheckHead(folder, checkpoint, head, report);
        }
    }

    private static void CheckDescription(
        FolderTiles folder,
        Checkpoint checkpoint,
        VerifierKey key,
        Action<string, string> report
    )
    {
        if (folder.Read(Recovery.DescriptionPath) is not { } bytes)
        {
            // A copy of the published files alone has none.
            return;
        }

        try
        {
            var note = SignedNote.Parse(bytes);
            if (
                !note.IsSignedBy(key)
                || note.Signatures.Count != 1
                || note.Text != Recovery.Description(checkpoint.Origin, key)
            )
            {
                report(
                    Recovery.DescriptionPath,
                    $"does not describe {checkpoint.Origin}, signed by {key.Name}+{key.Id:x8} alone"
                );
            }
        }
        catch (FormatException e)
        {
            report(Recovery.DescriptionPath, e.Message);
        }
    }

    // The cosigned checkpoint is an earlier state of the same tree, or the same.
    private static void CheckWitnessed(
        FolderTiles folder,
        Checkpoint checkpoint,
        VerifierKey key,
        Action<string, string> report
    )
    {
        if (folder.Read(Publisher.WitnessedPath) is not { } bytes)
        {
            return;
        }

        try
        {
            var witnessed = Checkpoint.Open(SignedNote.Parse(bytes), checkpoint.Origin, key);
            if (witnessed.Size > checkpoint.Size)
            {
                report(Publisher.WitnessedPath, $"its size {witnessed.Size} is beyond the published {checkpoint.Size}");
            }
            else if (new TileProver(new TileReader(folder), checkpoint.Size).Root(witnessed.Size) != witnessed.Root)
            {
                report(Publisher.WitnessedPath, $"its root is not the one of the first {witnessed.Size} entries");
            }
        }
        catch (FormatException e)
        {
            report(Publisher.WitnessedPath, e.Message);
        }
    }

    private static void CheckNames(FolderTiles folder, Action<string, string> report)
    {
        foreach (var name in folder.List("").Where(name => !s_expected.Contains(name)))
        {
            report(name, "is not a file of a log");
        }

        if (folder.Read(Publisher.SessionsPath) is { } sessions && SequenceBook.TryRead(sessions) is null)
        {
            report(
                Publisher.SessionsPath,
                "its SHA-256 does not fit; it can be deleted, and is made again from the entries"
            );
        }

        if (folder.Read(Recovery.SessionsStartPath) is { } start && SequenceBook.TryRead(start) is null)
        {
            report(Recovery.SessionsStartPath, "its SHA-256 does not fit");
        }

        if (folder.Read("lock") is { Length: > 0 })
        {
            report("lock", "is not empty");
        }
    }

    private static Checkpoint? ReadHead(FolderTiles folder, Action<string, string> report)
    {
        if (folder.Read("head") is not { } bytes)
        {
            return null;
        }

        if (!FileHeadStore.IsHeadFile(bytes))
        {
            report("head", $"{bytes.Length} bytes is not the size of a head file");
            return null;
        }

        foreach (var slot in FileHeadStore.DamagedSlots(bytes))
        {
            report("head", $"slot {slot} is damaged, or was being written when the power was lost");
        }

        return FileHeadStore.Newest(bytes);
    }

    // What is signed but not published is in the segments, record by record up to the head.
    private static void CheckHead(
        FolderTiles folder,
        Checkpoint checkpoint,
        Checkpoint head,
        Action<string, string> report
    )
    {
        if (head.Size < checkpoint.Size || head.Origin != checkpoint.Origin)
        {
            report(
                "head",
                $"names {head.Origin} at {head.Size}, behind the checkpoint of {checkpoint.Origin} at {checkpoint.Size}"
            );
            return;
        }

        var tree = GrowingTree.Resume(checkpoint.Size, new TileReader(folder).Edge(checkpoint.Size));
        var segments = folder
            .List(SegmentedJournal.Folder)
            .Select(name => folder.Read($"{SegmentedJournal.Folder}/{name}") ?? []);
        var replay = JournalReplay.Run(segments, tree);
        var root = head.Size == checkpoint.Size ? checkpoint.Root : replay.Roots.GetValueOrDefault(head.Size);
        if (tree.Size < head.Size)
        {
            report(
                SegmentedJournal.Folder,
                $"the record that starts at entry {tree.Size} is damaged or missing; {head.Size} entries were signed"
            );
        }
        else if (root != head.Root)
        {
            report("head", $"its root is not the one of the first {head.Size} entries");
        }
    }
}
