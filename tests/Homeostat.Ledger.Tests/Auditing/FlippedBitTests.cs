using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;

namespace Homeostat.Ledger.Tests.Auditing;

/// <summary>One bit changes somewhere in a log, and verification finds it and says in which file.</summary>
public sealed class FlippedBitTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly SigningKey _key = Samples.Key();
    private readonly SigningKey _witness = Samples.Key(5, "witness.example.org");

    [Fact]
    public async Task A_flipped_bit_anywhere_in_a_closed_log_is_found_and_located()
    {
        await WriteInParts([3, 250, 40, 7]);
        Cosign();
        Assert.Empty(Verify().Findings);
        var random = new Random(11);
        var flips = 0;
        foreach (var file in Directory.GetFiles(_folder.File("log"), "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            foreach (var at in Places(bytes.Length, random))
            {
                FlipAndVerify(file, bytes, at, 1 << random.Next(8));
                flips++;
            }
        }

        Assert.True(flips > 2000, $"only {flips} bits were flipped");
        Assert.Empty(Verify().Findings);
    }

    [Fact]
    public void A_flipped_bit_in_what_a_crash_left_in_the_segments_is_found_and_located()
    {
        var store = FolderStore.Open(_folder.File("log"));
        var opened = Recovery.Open(store, Samples.Origin, _key, new LedgerOptions { SegmentBytes = 64 * 1024 });
        for (var i = 0; i < 5; i++)
        {
            opened.Committer.Commit([
                new PendingAppend(
                    [Samples.Entry(_key, i), Samples.Entry(_key, i + 100)],
                    [.. new[] { i, i + 100 }.Select(n => Statement.Parse(Samples.Entry(_key, n)))]
                ),
            ]);
        }

        opened.Close(clean: false);
        Assert.Empty(Verify().Findings);
        var segment = Directory.GetFiles(_folder.File("log", "segments")).Order(StringComparer.Ordinal).First();
        var bytes = File.ReadAllBytes(segment);
        for (var at = 0; at < 5 * 4096; at += 13)
        {
            FlipAndVerify(segment, bytes, at, 0x10);
            File.WriteAllBytes(segment, bytes);
        }
    }

    public void Dispose()
    {
        _folder.Dispose();
        _key.Dispose();
        _witness.Dispose();
    }

    private void FlipAndVerify(string file, byte[] bytes, int at, int bit)
    {
        var changed = (byte[])bytes.Clone();
        changed[at] ^= (byte)bit;
        File.WriteAllBytes(file, changed);
        var report = Verify();
        File.WriteAllBytes(file, bytes);
        var name = Path.GetRelativePath(_folder.File("log"), file);
        Assert.True(
            report.Findings.Any(finding => name.StartsWith(finding.Path, StringComparison.Ordinal)),
            $"byte {at} of {name}: {string.Join("; ", report.Findings)}"
        );
    }

    private static IEnumerable<int> Places(int length, Random random) =>
        length <= 700
            ? Enumerable.Range(0, length)
            : Enumerable.Range(0, 300).Select(_ => random.Next(length)).Append(0).Append(length - 1);

    private VerificationReport Verify() =>
        LedgerVerifier.Verify(
            _folder.File("log"),
            _key.VerifierKey.ToString(),
            checkSignatures: false,
            [_witness.CosignerKey]
        );

    private async Task WriteInParts(int[] parts)
    {
        var number = 0;
        foreach (var part in parts)
        {
            using var log = LedgerLog.Open(_folder.File("log"), Samples.Origin, _key, TimeProvider.System);
            var entries = Enumerable
                .Range(number, part)
                .Select(i => (ReadOnlyMemory<byte>)Samples.Entry(_key, i))
                .ToArray();
            await log.AppendAsync(entries, TestContext.Current.CancellationToken);
            number += part;
        }
    }

    private void Cosign()
    {
        var path = _folder.File("log", "checkpoint");
        var note = SignedNote.Parse(File.ReadAllBytes(path));
        File.WriteAllBytes(
            path,
            note.With([Cosignature.Sign(_witness, note.Text, DateTimeOffset.UnixEpoch)]).ToBytes()
        );
    }
}
