using System.CommandLine;
using System.Formats.Cbor;
using System.Net.Http.Headers;
using System.Text.Json;
using Homeostat.Cli.Commands;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;

namespace Homeostat.Cli.Tests.Log;

/// <summary>The commands about logs, as a person or a script uses them.</summary>
public sealed class LogCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("homeostat-cli-").FullName;
    private readonly SigningKey _key = SigningKey.FromSeed("example.org/log", new byte[32]);
    private byte[][] _entries = [];

    private string Log => Path.Combine(_folder, "log");

    [Fact]
    public async Task A_good_log_verifies_and_audits_with_its_key_and_with_no_other()
    {
        await Write(300);
        Assert.Equal(0, await Run("log", "verify", "--log", Log, "--key", $"{_key.VerifierKey}"));
        Assert.Equal(0, await Run("log", "audit", "--log", Log, "--key", $"{_key.VerifierKey}"));
        using var other = SigningKey.Generate("example.org/log");
        Assert.Equal(ExitCode.BadInput, await Run("log", "verify", "--log", Log, "--key", $"{other.VerifierKey}"));
        Assert.Equal(
            ExitCode.BadInput,
            await Run("log", "verify", "--log", Path.Combine(_folder, "nothing"), "--key", $"{_key.VerifierKey}")
        );
        Assert.Equal(ExitCode.BadInput, await Run("log", "verify", "--log", Log, "--key", "nonsense"));
    }

    [Fact]
    public async Task A_changed_entry_makes_verify_fail_and_show_refuse()
    {
        await Write(300);
        var bundle = Path.Combine(Log, "tile", "entries", "000");
        var bytes = await File.ReadAllBytesAsync(bundle, TestContext.Current.CancellationToken);
        bytes[100] ^= 1;
        await File.WriteAllBytesAsync(bundle, bytes, TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.BadInput, await Run("log", "verify", "--log", Log, "--key", $"{_key.VerifierKey}"));
        Assert.Equal(ExitCode.BadInput, await Run("log", "show", "0", "--log", Log));
        Assert.Equal(0, await Run("log", "show", "299", "--log", Log));
    }

    [Fact]
    public async Task A_proof_holds_without_the_log()
    {
        await Write(300);
        var file = Path.Combine(_folder, "proof");
        Assert.Equal(0, await Run("log", "prove", "217", "--log", Log, "--key", $"{_key.VerifierKey}", "--out", file));
        var proof = TlogProof.Parse(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
        Assert.Null(proof.Verify(TreeHash.Leaf(_entries[217]), "example.org/log", _key.VerifierKey));
        Assert.NotNull(proof.Verify(TreeHash.Leaf(_entries[218]), "example.org/log", _key.VerifierKey));
        Assert.Equal(ExitCode.BadInput, await Run("log", "prove", "300", "--log", Log, "--out", file));
    }

    [Fact]
    public async Task Exported_lines_are_the_entries()
    {
        await Write(300);
        var file = Path.Combine(_folder, "export");
        Assert.Equal(0, await Run("log", "export", "--log", Log, "--from", "250", "--out", file));
        var lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(50, lines.Length);
        using var json = JsonDocument.Parse(lines[7]);
        Assert.Equal(257, json.RootElement.GetProperty("index").GetInt64());
        Assert.Equal(257, json.RootElement.GetProperty("payload").GetInt32());
        Assert.Equal("good", json.RootElement.GetProperty("signature").GetString());
    }

    [Fact]
    public async Task A_witness_answers_over_http_until_it_is_stopped()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var port = 20_000 + (Environment.ProcessId % 20_000);
        var witness = RootCommandFactory
            .Create()
            .Parse([
                "witness",
                "--trust",
                $"{_key.VerifierKey}",
                "--name",
                "w.example.org",
                "--folder",
                Path.Combine(_folder, "w"),
                "--listen",
                $"http://127.0.0.1:{port}",
            ])
            .InvokeAsync(cancellationToken: stop.Token);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        var note = new Checkpoint("example.org/log", 0, TreeHash.Empty).Sign(_key);
        var answer = await PostAsync(http, $"old 0\n\n{note}");
        using var cosigner = SigningKey.Load(Path.Combine(_folder, "w", "key"));
        Assert.True(
            SignedNote
                .Parse(System.Text.Encoding.UTF8.GetBytes($"{note.Text}\n{answer}"))
                .IsSignedBy(cosigner.CosignerKey)
        );
        await stop.CancelAsync();
        Assert.Equal(0, await witness);
    }

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<string> PostAsync(HttpClient http, string body)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var content = new StringContent(body, new MediaTypeHeaderValue("text/plain"));
                using var answer = await http.PostAsync(
                    new Uri("add-checkpoint", UriKind.Relative),
                    content,
                    TestContext.Current.CancellationToken
                );
                Assert.Equal(200, (int)answer.StatusCode);
                return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            }
            catch (HttpRequestException) when (attempt < 100)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }

    private static Task<int> Run(params string[] arguments) =>
        RootCommandFactory
            .Create()
            .Parse(arguments)
            .InvokeAsync(cancellationToken: TestContext.Current.CancellationToken);

    private async Task Write(int count)
    {
        _entries =
        [
            .. Enumerable
                .Range(0, count)
                .Select(i =>
                {
                    var writer = new CborWriter();
                    writer.WriteInt32(i);
                    return Statement.Sign(
                        _key,
                        new StatementHeader("gateway", "orders", "application/cbor"),
                        writer.Encode()
                    );
                }),
        ];
        using var log = LedgerLog.Open(Log, "example.org/log", _key, TimeProvider.System);
        foreach (var chunk in _entries.Chunk(100))
        {
            await log.AppendAsync(
                [.. chunk.Select(entry => (ReadOnlyMemory<byte>)entry)],
                TestContext.Current.CancellationToken
            );
        }
    }
}
