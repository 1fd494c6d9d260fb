using System.Diagnostics;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Storage;
using Homeostat.Testing;

namespace Homeostat.Ledger.Tests.Go;

/// <summary>Somebody else's code verifies our log: Go's sumdb/note and sumdb/tlog.</summary>
public sealed class GoVerifierTests : IDisposable
{
    private const string Compiler = "/usr/bin/go";
    private const string Libraries = "/usr/share/gocode";

    private readonly TestFolder _folder = new();
    private readonly SigningKey _key = Samples.Key();

    [Fact]
    public async Task Go_opens_our_checkpoint_and_checks_every_entry_our_growth_and_our_proofs()
    {
        Assert.SkipUnless(File.Exists(Compiler), "golang-go is not installed");
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(Libraries, "src/golang.org/x/mod/sumdb")),
            "golang-golang-x-mod-dev is not installed"
        );
        var receipts = await Write(700);
        var old = receipts[419];
        foreach (var index in new[] { 0, 255, 256, 419, 699 })
        {
            var receipt = receipts[index];
            var proof = new TlogProof(receipt.Index, receipt.InclusionProof, SignedNote.Parse(receipt.Checkpoint.Span));
            await File.WriteAllBytesAsync(
                _folder.File($"{index}.proof"),
                proof.ToBytes(),
                TestContext.Current.CancellationToken
            );
            await File.WriteAllBytesAsync(
                _folder.File($"{index}.proof.entry"),
                Samples.Entry(_key, index),
                TestContext.Current.CancellationToken
            );
        }

        string[] arguments =
        [
            _folder.File("log"),
            _key.VerifierKey.ToString(),
            $"{old.TreeSize}",
            old.Root.ToBase64(),
            .. Directory.GetFiles(_folder.Path, "*.proof"),
        ];
        var program = await Compile();
        var (code, output) = await Run(program, arguments);
        Assert.Equal("verified 700 entries and 5 proofs\n", output);
        Assert.Equal(0, code);

        // The control: the same program refuses a log in which one bit is different.
        var tile = _folder.File("log", "tile", "0", "001");
        var bytes = await File.ReadAllBytesAsync(tile, TestContext.Current.CancellationToken);
        bytes[1000] ^= 1;
        await File.WriteAllBytesAsync(tile, bytes, TestContext.Current.CancellationToken);
        Assert.NotEqual(0, (await Run(program, arguments)).Code);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _key.Dispose();
    }

    private async Task<string> Compile()
    {
        var source = Path.Combine(SharedFolder.Root(), "tests", "Homeostat.Ledger.Tests", "Go", "main.go");
        var program = _folder.File("verify");
        var (code, output) = await Run(Compiler, ["build", "-o", program, source]);
        Assert.True(code == 0, output);
        return program;
    }

    private async Task<(int Code, string Output)> Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["GO111MODULE"] = "off";
        start.Environment["GOPATH"] = Libraries;
        start.Environment["GOCACHE"] = _folder.File("go-cache");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await errors);
    }

    private async Task<Receipt[]> Write(int count)
    {
        using var log = LedgerLog.Open(_folder.File("log"), Samples.Origin, _key, TimeProvider.System);
        var receipts = new Receipt[count];
        for (var i = 0; i < count; i++)
        {
            receipts[i] = await log.AppendAsync(Samples.Entry(_key, i), TestContext.Current.CancellationToken);
        }

        return receipts;
    }
}
