using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Tiles;
using Homeostat.Testing;

namespace Homeostat.Ledger.Tests.Statements;

/// <summary>Proofs in the forms that others read, and what they are worth when somebody changes them.</summary>
public sealed class ProofFormatTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly SigningKey _key = Samples.Key();

    [Fact]
    public async Task A_tlog_proof_survives_the_round_trip_and_no_changed_byte()
    {
        var (entries, proofs) = await Write(300);
        foreach (var (entry, proof) in entries.Zip(proofs))
        {
            var bytes = proof.ToBytes();
            var read = TlogProof.Parse(bytes);
            Assert.Equal(bytes, read.ToBytes());
            Assert.Null(read.Verify(TreeHash.Leaf(entry), Samples.Origin, _key.VerifierKey));
        }

        var sample = proofs[217].ToBytes();
        for (var at = 0; at < sample.Length; at++)
        {
            var changed = (byte[])sample.Clone();
            changed[at] ^= 1;
            Assert.False(Holds(changed, entries[217]), $"byte {at}");
        }
    }

    [Fact]
    public async Task Cose_receipts_hold_for_their_entry_alone()
    {
        var (entries, _) = await Write(300);
        var prover = new TileProver(new TileReader(new FolderTiles(_folder.File("log"))), 300);
        var root = prover.Root(300);
        var receipt = CoseReceipt.Inclusion(_key, Samples.Origin, 300, 123, prover.Inclusion(123, 300), root);
        Assert.Null(CoseReceipt.VerifyInclusion(receipt, TreeHash.Leaf(entries[123]), _key.VerifierKey));
        Assert.NotNull(CoseReceipt.VerifyInclusion(receipt, TreeHash.Leaf(entries[124]), _key.VerifierKey));
        using var other = Samples.Key(2);
        Assert.NotNull(CoseReceipt.VerifyInclusion(receipt, TreeHash.Leaf(entries[123]), other.VerifierKey));
        for (var at = 0; at < receipt.Length; at++)
        {
            var changed = (byte[])receipt.Clone();
            changed[at] ^= 1;
            Assert.NotNull(CoseReceipt.VerifyInclusion(changed, TreeHash.Leaf(entries[123]), _key.VerifierKey));
        }

        var growth = CoseReceipt.Consistency(_key, Samples.Origin, 200, 300, prover.Consistency(200, 300), root);
        Assert.Null(CoseReceipt.VerifyConsistency(growth, prover.Root(200), root, _key.VerifierKey));
        Assert.NotNull(CoseReceipt.VerifyConsistency(growth, prover.Root(199), root, _key.VerifierKey));
        Assert.NotNull(CoseReceipt.VerifyInclusion(growth, TreeHash.Leaf(entries[123]), _key.VerifierKey));
    }

    [Fact]
    public void The_published_transparent_statement_verifies_and_changes_with_any_bit()
    {
        var folder = SharedFolder.Find("vectors", "scitt");
        Assert.SkipWhen(folder is null, "the published vectors are not beside the checkout");
        var statement = File.ReadAllBytes(Path.Combine(folder!, "uvm_0.2.10.cose"));
        var keys = Keys(Path.Combine(folder!, "esrp-cts-db.json"));
        Assert.Null(CcfReceipt.Verify(statement, keys.GetValueOrDefault));
        Assert.NotNull(CcfReceipt.Verify(statement, _ => null));
        var random = new Random(3);
        for (var i = 0; i < 300; i++)
        {
            var changed = (byte[])statement.Clone();
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            Assert.NotNull(CcfReceipt.Verify(changed, keys.GetValueOrDefault));
        }
    }

    public void Dispose()
    {
        _folder.Dispose();
        _key.Dispose();
    }

    private static Dictionary<string, ECDsa> Keys(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        var keys = new Dictionary<string, ECDsa>();
        foreach (var service in json.RootElement.GetProperty("parameters").EnumerateArray())
        {
            var der = Convert.FromBase64String(service.GetProperty("serviceCertificate").GetString()!);
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            var key = certificate.GetECDsaPublicKey()!;
            keys[Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))] = key;
        }

        return keys;
    }

    private bool Holds(byte[] proof, byte[] entry)
    {
        try
        {
            return TlogProof.Parse(proof).Verify(TreeHash.Leaf(entry), Samples.Origin, _key.VerifierKey) is null;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private async Task<(byte[][] Entries, TlogProof[] Proofs)> Write(int count)
    {
        var entries = Enumerable.Range(0, count).Select(i => Samples.Entry(_key, i)).ToArray();
        using var log = LedgerLog.Open(_folder.File("log"), Samples.Origin, _key, TimeProvider.System);
        var receipts = await Task.WhenAll(
            entries.Select(entry => log.AppendAsync(entry, TestContext.Current.CancellationToken).AsTask())
        );
        return (
            entries,
            [
                .. receipts.Select(receipt => new TlogProof(
                    receipt.Index,
                    receipt.InclusionProof,
                    SignedNote.Parse(receipt.Checkpoint.Span)
                )),
            ]
        );
    }
}
