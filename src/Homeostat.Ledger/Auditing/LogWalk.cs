using System.Runtime.InteropServices;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Ledger.Auditing;

/// <summary>One walk over a log: bundles in order, tiles and root from them, and what the folder holds besides.</summary>
internal sealed class LogWalk
{
    private readonly ITileSource _source;
    private readonly TileReader _reader;
    private readonly VerifierKey _key;
    private readonly bool _checkSignatures;
    private readonly IReadOnlyList<VerifierKey>? _witnesses;
    private readonly List<string> _unknownSigners = [];
    private bool _isLive;
    private readonly IReadOnlyList<IAuditFold> _folds;
    private readonly List<Finding> _findings = [];

    // _levels[l] holds the hashes of the tile being filled at level l, as computed from the entries.
    private readonly List<List<Digest>> _levels = [];
    private long _entries;
    private long _signatures;

    public LogWalk(
        ITileSource source,
        VerifierKey key,
        bool checkSignatures,
        IReadOnlyList<VerifierKey>? witnesses,
        IReadOnlyList<IAuditFold> folds
    )
    {
        _folds = folds;
        _witnesses = witnesses;
        _source = source;
        _reader = new TileReader(source);
        _key = key;
        _checkSignatures = checkSignatures;
    }

    public VerificationReport Run()
    {
        Checkpoint? checkpoint = null;
        try
        {
            checkpoint = ReadCheckpoint();
            CheckTree(checkpoint);
            foreach (var (entry, problem) in _folds.SelectMany(fold => fold.End()))
            {
                Report(
                    entry is { } number ? TilePath.Entries(number / TilePath.Width) : Publisher.CheckpointPath,
                    entry,
                    problem
                );
            }

            CheckFolder(checkpoint);
        }
        catch (TileException e)
        {
            Report(e.Path, null, e.Problem);
        }
        catch (TooManyFindingsException)
        {
            // What was found is enough to say that the log is not good.
        }

        return new VerificationReport
        {
            Origin = checkpoint?.Origin ?? "",
            Size = checkpoint?.Size ?? 0,
            Entries = _entries,
            Signatures = _signatures,
            Findings = _findings,
            UnknownSigners = _unknownSigners,
            IsLive = _isLive,
        };
    }

    private Checkpoint ReadCheckpoint()
    {
        var bytes =
            _source.Read(Publisher.CheckpointPath) ?? throw new TileException(Publisher.CheckpointPath, "is missing");
        try
        {
            var note = SignedNote.Parse(bytes);
            CheckSigners(note);
            return note.IsSignedBy(_key)
                ? Checkpoint.Parse(note.Text)
                : throw new TileException(Publisher.CheckpointPath, $"is not signed by {_key.Name}+{_key.Id:x8}");
        }
        catch (FormatException e)
        {
            throw new TileException(Publisher.CheckpointPath, e.Message);
        }
    }

    private void CheckSigners(SignedNote note)
    {
        var known = (_witnesses ?? [])
            .Append(_key)
            .Where(note.IsSignedBy)
            .Select(key => (key.Name, key.Id))
            .ToHashSet();
        foreach (
            var signature in note.Signatures.Where(signature => !known.Contains((signature.Name, signature.KeyId)))
        )
        {
            _unknownSigners.Add($"{signature.Name}+{signature.KeyId:x8}");
            if (_witnesses is not null)
            {
                Report(Publisher.CheckpointPath, null, $"a signature by {_unknownSigners[^1]}, whom nobody named");
            }
        }
    }

    // A folder has more than what is served: what the writer keeps for itself is checked too, unless it is writing right now.
    private void CheckFolder(Checkpoint checkpoint)
    {
        if (_source is FolderTiles folder)
        {
            _isLive = folder.IsHeld();
            FolderChecks.Run(folder, checkpoint, _key, _isLive, (path, problem) => Report(path, null, problem));
        }
    }

    // Partial versions of a tile are the beginning of the widest one.
    private void CheckPartials(string fullPath, Func<int, byte[]?> expected)
    {
        if (_source is not FolderTiles folder)
        {
            return;
        }

        var partials = TilePath.PartialFolder(fullPath);
        foreach (var name in folder.List(partials))
        {
            var path = $"{partials}/{name}";
            var content =
                int.TryParse(name, out var width) && width is > 0 and < TilePath.Width ? expected(width) : null;
            if (content is not null && !content.AsSpan().SequenceEqual(folder.Read(path)))
            {
                Report(path, null, $"is not the first {width} of {fullPath}");
            }
        }
    }

    private void CheckTree(Checkpoint checkpoint)
    {
        foreach (var bundle in Bundles(checkpoint.Size))
        {
            using (bundle)
            {
                Fold(bundle, checkpoint);
            }
        }

        CheckPartialTiles(checkpoint.Size);
        var root = Root();
        if (root != checkpoint.Root)
        {
            Report(
                Publisher.CheckpointPath,
                null,
                $"the entries lead to the root {root}, the checkpoint says {checkpoint.Root}"
            );
        }
    }

    // Bundles are hashed and their signatures verified side by side, a few ahead; they are folded in order.
    private IEnumerable<BundleCheck> Bundles(long size)
    {
        var (full, partial) = TilePath.Extent(0, size);
        var memo = _checkSignatures ? new SignatureMemo() : null;
        for (var first = 0L; first < full; first += Limits.BundlesAhead)
        {
            var checks = new BundleCheck[Math.Min(Limits.BundlesAhead, full - first)];
            var start = first;
            Parallel.For(0, checks.Length, i => checks[i] = BundleCheck.Run(_reader, start + i, TilePath.Width, memo));
            foreach (var check in checks)
            {
                yield return check;
            }
        }

        if (partial > 0)
        {
            yield return BundleCheck.Run(_reader, full, partial, memo);
        }
    }

    private void Fold(BundleCheck bundle, Checkpoint checkpoint)
    {
        foreach (var finding in bundle.Findings)
        {
            Report(finding.Path, finding.Entry, finding.Problem);
        }

        _entries += bundle.Entries is null ? 0 : bundle.Width;
        _signatures += bundle.Statements.Length;
        Replay(bundle);
        if (bundle.Entries is { } entries)
        {
            CompareLeaves(bundle, checkpoint);
            CheckPartials(
                TilePath.Entries(bundle.Index),
                wide => wide <= bundle.Width ? EntryBundle.Encode([.. entries.Take(wide)]) : null
            );
        }

        AddBundle(bundle);
        CheckPartials(
            TilePath.Hashes(0, bundle.Index),
            wide => wide <= bundle.Width && bundle.Stored is { } stored ? TileBuilder.Encode(stored[..wide]) : null
        );
    }

    private void Replay(BundleCheck bundle)
    {
        for (var i = 0; i < bundle.Statements.Length && _folds.Count > 0; i++)
        {
            if (bundle.Statements[i] is not { } statement)
            {
                continue;
            }

            var number = (bundle.Index * TilePath.Width) + i;
            foreach (var problem in _folds.SelectMany(fold => fold.Apply(number, bundle.Leaves[i], statement)))
            {
                Report(bundle.Path, number, problem);
            }
        }
    }

    private void AddBundle(BundleCheck bundle)
    {
        if (_levels.Count == 0)
        {
            _levels.Add(new List<Digest>(TilePath.Width));
        }

        if (bundle.Width == TilePath.Width)
        {
            Add(1, bundle.Root, bundle.Index);
        }
        else
        {
            _levels[0].AddRange(bundle.Leaves);
        }
    }

    // Where an entry and its stored hash differ, what is above them says which of the two changed; the walk goes on with the other.
    private void CompareLeaves(BundleCheck bundle, Checkpoint checkpoint)
    {
        if (bundle.Stored is not { } stored || stored.AsSpan().SequenceEqual(bundle.Leaves))
        {
            return;
        }

        var entriesAreRight = IsWhatWasSigned(bundle, checkpoint);
        var path = entriesAreRight ? TilePath.Hashes(0, bundle.Index, bundle.Width) : bundle.Path;
        for (var i = 0; i < stored.Length; i++)
        {
            if (stored[i] != bundle.Leaves[i])
            {
                var problem = $"the entry's hash is {bundle.Leaves[i]}, the stored one is {stored[i]}";
                Report(path, (bundle.Index * TilePath.Width) + i, problem);
            }
        }

        if (!entriesAreRight)
        {
            bundle.TrustStored();
        }
    }

    private bool IsWhatWasSigned(BundleCheck bundle, Checkpoint checkpoint)
    {
        if (bundle.Width < TilePath.Width)
        {
            return Root(bundle.Leaves) == checkpoint.Root;
        }

        var (full, partial) = TilePath.Extent(1, checkpoint.Size);
        var parent = bundle.Index / TilePath.Width;
        var above = TryHashes(1, parent, parent < full ? TilePath.Width : partial);
        return above is not null && above[bundle.Index % TilePath.Width] == bundle.Root;
    }

    private Digest[]? TryHashes(int level, long index, int width)
    {
        try
        {
            return _reader.Hashes(level, index, width);
        }
        catch (TileException e)
        {
            Report(e.Path, null, e.Problem);
            return null;
        }
    }

    private void Add(int level, Digest hash, long index)
    {
        if (level == _levels.Count)
        {
            _levels.Add(new List<Digest>(TilePath.Width));
        }

        var hashes = _levels[level];
        hashes.Add(hash);
        if (hashes.Count < TilePath.Width)
        {
            return;
        }

        Compare(level, index / TilePath.Width, hashes);

        var root = TreeHash.Root(CollectionsMarshal.AsSpan(hashes));
        hashes.Clear();
        Add(level + 1, root, index / TilePath.Width);
    }

    private void CheckPartialTiles(long size)
    {
        for (var level = 1; level < _levels.Count; level++)
        {
            if (_levels[level].Count > 0)
            {
                Compare(level, TilePath.Extent(level, size).Full, _levels[level]);
            }
        }
    }

    private void Compare(int level, long index, List<Digest> computed)
    {
        var stored = TryHashes(level, index, computed.Count);
        for (var i = 0; stored is not null && i < computed.Count; i++)
        {
            if (stored[i] != computed[i])
            {
                Report(
                    TilePath.Hashes(level, index, computed.Count),
                    null,
                    $"hash {i} is {stored[i]}, the level below leads to {computed[i]}"
                );
            }
        }

        CheckPartials(
            TilePath.Hashes(level, index),
            wide => wide <= computed.Count ? TileBuilder.Encode(computed[..wide]) : null
        );
    }

    // The root over what was folded so far, and the leaves of a last bundle that was not.
    private Digest Root(Digest[]? last = null)
    {
        Digest? root = null;
        for (var level = 0; level < Math.Max(_levels.Count, 1); level++)
        {
            List<Digest> row = level < _levels.Count ? [.. _levels[level]] : [];
            if (level == 0 && last is not null)
            {
                row.AddRange(last);
            }

            if (root is { } right)
            {
                row.Add(right);
            }

            root = row.Count > 0 ? TreeHash.Root(CollectionsMarshal.AsSpan(row)) : root;
        }

        return root ?? TreeHash.Empty;
    }

    private void Report(string path, long? entry, string problem)
    {
        _findings.Add(new Finding(path, entry, problem));
        if (_findings.Count >= Limits.Findings)
        {
            throw new TooManyFindingsException();
        }
    }

    private sealed class TooManyFindingsException : Exception;
}
