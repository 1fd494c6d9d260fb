using System.Text.Json;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Tiles;
using Homeostat.Testing;

namespace Homeostat.Ledger.Tests.Checkpoints;

/// <summary>Cosignatures that somebody else's witnesses made.</summary>
public sealed class SunlightTests
{
    [Theory]
    [InlineData(
        "witness/witness.v0.json",
        "witness/000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706/checkpoint"
    )]
    [InlineData(
        "witness2/witness.v0.json",
        "witness2/88ad7a28caeb0b2aa890fdf0304c2fcaf59fca2ee140134ff8c1300bac493482/checkpoint"
    )]
    [InlineData(
        "witness/mirror/mirror.v0.json",
        "witness/mirror/000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706/checkpoint"
    )]
    public void Published_cosignatures_verify_and_change_with_any_bit(string keyFile, string checkpointFile)
    {
        var folder = SharedFolder.Find("vectors", "sunlight");
        Assert.SkipWhen(folder is null, "the published vectors are not beside the checkout");
        var key = Key(Path.Combine(folder!, keyFile));
        var bytes = File.ReadAllBytes(Path.Combine(folder!, checkpointFile));
        var note = SignedNote.Parse(bytes);
        Assert.True(note.IsSignedBy(key));
        Assert.Equal(note.ToBytes(), bytes);
        var time = Cosignature.Time(note.Signatures.Single(s => s.KeyId == key.Id).Signature.Span);
        Assert.Equal(2025, time!.Value.Year);

        var body = note.Text.Length;
        for (var at = 0; at < body; at++)
        {
            var changed = (byte[])bytes.Clone();
            changed[at] ^= 1;
            Assert.ThrowsAny<FormatException>(() => Assert.True(SignedNote.Parse(changed).IsSignedBy(key)));
        }
    }

    [Fact]
    public void The_mirrors_tree_has_the_root_that_it_cosigned()
    {
        var folder = SharedFolder.Find(
            "vectors",
            "sunlight",
            "witness",
            "mirror",
            "000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706"
        );
        Assert.SkipWhen(folder is null, "the published vectors are not beside the checkout");
        var checkpoint = Checkpoint.Parse(
            SignedNote.Parse(File.ReadAllBytes(Path.Combine(folder!, "checkpoint"))).Text
        );
        var reader = new TileReader(new FolderTiles(folder!));
        Assert.Equal(checkpoint.Root, new TileProver(reader, 300).Root(300));
    }

    [Fact]
    public void Our_cosignatures_verify_under_their_own_key_id_only()
    {
        using var witness = Samples.Key(3, "witness.example.org");
        using var log = Samples.Key();
        var note = new Checkpoint(Samples.Origin, 0, TreeHash.Empty).Sign(log);
        var cosigned = SignedNote.Parse(
            note.With([Cosignature.Sign(witness, note.Text, DateTimeOffset.FromUnixTimeSeconds(1_700_000_000))])
                .ToBytes()
        );
        Assert.True(cosigned.IsSignedBy(witness.CosignerKey));
        Assert.True(cosigned.IsSignedBy(log.VerifierKey));
        Assert.False(cosigned.IsSignedBy(witness.VerifierKey));
    }

    private static VerifierKey Key(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        return VerifierKey.Parse(json.RootElement.GetProperty("verifier_keys")[0].GetString()!);
    }
}
