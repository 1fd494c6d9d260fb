using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Ledger.Tests;

/// <summary>A tree in memory whose entries are numbers; another salt is another history.</summary>
internal sealed class TestTree : ITileSource
{
    private readonly Dictionary<string, byte[]> _files = [];

    public TestTree(int size, int salt = 0)
    {
        var builder = new TileBuilder();
        for (var i = 0; i < size; i++)
        {
            builder.Add(
                ReadOnlyMemory<byte>.Empty,
                TreeHash.Leaf(BitConverter.GetBytes(i + (salt * 1_000_000))),
                _files.Add
            );
        }

        builder.EmitPartials(_files.Add);
        Prover = new TileProver(new TileReader(this), size);
    }

    public TileProver Prover { get; }

    public byte[]? Read(string path) => _files.GetValueOrDefault(path);
}
