using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Ledger.Auditing;

/// <summary>What can be said about one bundle of entries by itself; made for many bundles side by side.</summary>
internal sealed class BundleCheck : IDisposable
{
    private IDisposable? _loan;

    private BundleCheck(long index, int width)
    {
        Index = index;
        Width = width;
        Path = TilePath.Entries(index, width);
    }

    public long Index { get; }

    public int Width { get; }

    public string Path { get; }

    /// <summary>Null where the bundle could not be read.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Entries { get; private set; }

    /// <summary>The hashes of the entries, or the stored ones where there are no entries.</summary>
    public Digest[] Leaves { get; private set; } = [];

    /// <summary>The hash tile beside the bundle; null where it could not be read.</summary>
    public Digest[]? Stored { get; private set; }

    /// <summary>The root over <see cref="Leaves"/>.</summary>
    public Digest Root { get; private set; }

    public List<Finding> Findings { get; } = [];

    /// <summary>The statements, where signatures were checked.</summary>
    public Statement?[] Statements { get; private set; } = [];

    public static BundleCheck Run(TileReader reader, long index, int width, SignatureMemo? memo)
    {
        var check = new BundleCheck(index, width);
        check.Read(reader, lend: memo is null && width == TilePath.Width);
        check.Hash();
        if (memo is not null && check.Entries is not null)
        {
            check.CheckStatements(check.Entries, memo);
        }

        return check;
    }

    /// <summary>Gives back what was lent; the entries are not to be read any more.</summary>
    public void Dispose() => _loan?.Dispose();

    // Statements go to folds, which may keep them: only bytes that are hashed and forgotten can be lent.
    private void Read(TileReader reader, bool lend)
    {
        try
        {
            Stored = reader.Hashes(0, Index, Width);
        }
        catch (TileException e)
        {
            Findings.Add(new Finding(e.Path, null, e.Problem));
        }

        try
        {
            Entries = lend ? reader.Entries(Index, out _loan) : reader.Entries(Index, Width);
        }
        catch (TileException e)
        {
            Findings.Add(new Finding(e.Path, Index * TilePath.Width, e.Problem));
        }
    }

    /// <summary>Goes on with the stored hashes, where the entries are what changed.</summary>
    public void TrustStored()
    {
        Leaves = Stored!;
        Root = TreeHash.Root(Leaves);
    }

    // A bundle that cannot be read is reported once; the tile's own hashes let the rest be checked.
    private void Hash()
    {
        Leaves = Entries is null ? Stored ?? new Digest[Width] : new Digest[Width];
        for (var i = 0; Entries is not null && i < Width; i++)
        {
            Leaves[i] = TreeHash.Leaf(Entries[i].Span);
        }

        Root = TreeHash.Root(Leaves);
    }

    private void CheckStatements(IReadOnlyList<ReadOnlyMemory<byte>> entries, SignatureMemo memo)
    {
        Statements = new Statement?[Width];
        for (var i = 0; i < Width; i++)
        {
            try
            {
                var statement = Statements[i] = Statement.Parse(entries[i]);
                if (!statement.VerifySignature(memo))
                {
                    Findings.Add(
                        new Finding(Path, Number(i), "the signature does not fit the key that the statement names")
                    );
                }
            }
            catch (FormatException e)
            {
                Findings.Add(new Finding(Path, Number(i), e.Message));
            }
        }
    }

    private long Number(int i) => (Index * TilePath.Width) + i;
}
