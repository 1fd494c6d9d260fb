using System.CommandLine;
using System.Formats.Cbor;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Homeostat.Cli.Commands;
using Homeostat.Cli.Tests.Running;
using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Cli.Tests.Log;

/// <summary>A log served over HTTP: all that a verifier needs, and nothing else of its folder.</summary>
public sealed class ServeCommandTests : IAsyncLifetime
{
    private const string Origin = "example.org/log";

    // Sent as they stand here: a client's library would tidy most of them up before they leave.
    private static readonly string[] Private =
    [
        "/",
        "/checkpoint",
        "/log/",
        "/log/head",
        "/log/lock",
        "/log/sessions",
        "/log/segments",
        "/log/segments/000000000000.seg",
        "/log/tile",
        "/log/tile/0",
        "/log/../secret",
        "/log/../log/head",
        "/log/tile/../head",
        "/log/tile/0/../../head",
        "/log/%2e%2e/secret",
        "/log/%2e%2e%2fsecret",
        "/log/tile/%2e%2e/lock",
        "/log/tile/entries/..%2f..%2f..%2fsecret",
        "/log/..%5csecret",
        "/log//secret",
        "/log/./lock",
        "/../secret",
        "/log/log.key",
        "/log/../log.key",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("homeostat-cli-").FullName;
    private readonly SigningKey _key = SigningKey.FromSeed(Origin, new byte[32]);
    private readonly CancellationTokenSource _stop = new();
    private readonly FirstLine _output = new();
    private LedgerLog _log = null!;
    private Task<int> _server = null!;
    private Uri _prefix = null!;

    private string Log => Path.Combine(_folder, "log");

    public async ValueTask InitializeAsync()
    {
        _log = LedgerLog.Open(Log, Origin, _key, TimeProvider.System);
        await AppendAsync(300);
        _server = RootCommandFactory
            .Create()
            .Parse(["log", "serve", "--log", Log])
            .InvokeAsync(new InvocationConfiguration { Output = _output }, _stop.Token);
        var line = await _output.Line.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        _prefix = new Uri(line.Split(' ')[^1]);
    }

    [Fact]
    public async Task A_log_verifies_over_http_while_its_writer_goes_on()
    {
        Assert.True(_prefix.IsLoopback);
        Assert.NotEqual(0, _prefix.Port);
        Assert.Equal(0, await VerifyAsync($"{_key.VerifierKey}"));
        await AppendAsync(300);
        Assert.Equal(0, await VerifyAsync($"{_key.VerifierKey}"));
        using var other = SigningKey.Generate(Origin);
        Assert.Equal(ExitCode.BadInput, await VerifyAsync($"{other.VerifierKey}"));
    }

    [Fact]
    public void An_entry_is_proved_with_what_was_fetched()
    {
        using var http = new HttpTiles(_prefix);
        var note = SignedNote.Parse(http.Read("checkpoint")!);
        var checkpoint = Checkpoint.Open(note, Origin, _key.VerifierKey);
        var reader = new TileReader(http);
        var entry = reader.Entries(1, 44)[3];
        var path = new TileProver(reader, checkpoint.Size).Inclusion(259, checkpoint.Size);

        Assert.Equal(300, checkpoint.Size);
        Assert.True(MerkleProof.VerifyInclusion(259, 300, TreeHash.Leaf(entry.Span), path, checkpoint.Root));
        Assert.Null(http.Read("tile/0/001"));
    }

    [Theory]
    [InlineData("checkpoint", "text/plain; charset=utf-8", "no-cache")]
    [InlineData("log", "text/plain; charset=utf-8", "no-cache")]
    [InlineData("tile/0/000", "application/octet-stream", "public, max-age=31536000, immutable")]
    [InlineData("tile/entries/000", "application/octet-stream", "public, max-age=31536000, immutable")]
    [InlineData("tile/1/000.p/1", "application/octet-stream", "public, max-age=31536000, immutable")]
    public async Task A_published_file_comes_as_it_is_with_its_type_and_how_long_it_holds(
        string path,
        string type,
        string cache
    )
    {
        using var http = new HttpClient { BaseAddress = _prefix };
        using var got = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        using var head = await http.SendAsync(
            new HttpRequestMessage(HttpMethod.Head, path),
            TestContext.Current.CancellationToken
        );
        var onDisk = await File.ReadAllBytesAsync(Path.Combine(Log, path), TestContext.Current.CancellationToken);

        Assert.Equal(onDisk, await got.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        foreach (var answer in new[] { got, head })
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(type, answer.Content.Headers.ContentType!.ToString());
            Assert.Equal(cache, answer.Headers.NonValidated["Cache-Control"].ToString());
            Assert.Equal(onDisk.Length, answer.Content.Headers.ContentLength);
        }

        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Nothing_private_is_ever_sent()
    {
        foreach (var name in new[] { "secret", "log.key" })
        {
            var file = Path.Combine(_folder, name);
            await File.WriteAllTextAsync(file, "private", TestContext.Current.CancellationToken);
        }

        foreach (var target in Private.SelectMany(target => new[] { $"GET {target}", $"HEAD {target}" }))
        {
            var answer = await SendRawAsync(target);
            Assert.True(answer.StartsWith("HTTP/1.1 404 ", StringComparison.Ordinal), $"{target}: {answer}");
            Assert.DoesNotContain("private", answer, StringComparison.Ordinal);
        }

        var nul = await SendRawAsync("GET /log/lock%00checkpoint");
        Assert.StartsWith("HTTP/1.1 400 ", nul, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_is_only_read()
    {
        foreach (var method in new[] { "POST", "PUT", "DELETE", "OPTIONS" })
        {
            var answer = await SendRawAsync($"{method} /log/checkpoint");
            Assert.StartsWith("HTTP/1.1 405 ", answer, StringComparison.Ordinal);
            Assert.Contains("Allow: GET, HEAD", answer, StringComparison.Ordinal);
            Assert.EndsWith("a log is read with GET and HEAD\n", answer, StringComparison.Ordinal);
        }

        var missing = await SendRawAsync("GET /log/tile/0/999");
        Assert.EndsWith("the log publishes no such file\n", missing, StringComparison.Ordinal);
        Assert.Contains("Cache-Control: no-store", missing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_listens_nowhere_by_a_name_and_serves_no_folder_that_is_no_log()
    {
        foreach (
            var listen in new[]
            {
                "http://example.org:80",
                "http://*:80",
                "https://127.0.0.1:0",
                "http://127.0.0.1:0/x",
            }
        )
        {
            var refused = await CommandLine.RunAsync("log", "serve", "--log", Log, "--listen", listen);
            Assert.Equal(ExitCode.Usage, refused.Code);
            Assert.Contains("http://127.0.0.1:0", refused.Error, StringComparison.Ordinal);
        }

        var nothing = await CommandLine.RunAsync("log", "serve", "--log", _folder);
        Assert.Equal(ExitCode.BadInput, nothing.Code);
        var taken = $"http://127.0.0.1:{_prefix.Port}";
        var busy = await CommandLine.RunAsync("log", "serve", "--log", Log, "--listen", taken);
        Assert.Equal(ExitCode.BadInput, busy.Code);
        Assert.Contains("--listen", busy.Error, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Assert.Equal(0, await _server);
        _log.Dispose();
        _key.Dispose();
        _stop.Dispose();
        await _output.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string> SendRawAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _prefix.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        var message = $"{request} HTTP/1.1\r\nHost: {_prefix.Authority}\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(message), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private Task<int> VerifyAsync(string key) =>
        RootCommandFactory
            .Create()
            .Parse(["log", "verify", "--log", _prefix.AbsoluteUri, "--key", key])
            .InvokeAsync(cancellationToken: TestContext.Current.CancellationToken);

    private async Task AppendAsync(int count)
    {
        var size = _log.Size + count;
        ReadOnlyMemory<byte>[] entries =
        [
            .. Enumerable
                .Range((int)_log.Size, count)
                .Select(i =>
                {
                    var writer = new CborWriter();
                    writer.WriteInt32(i);
                    return (ReadOnlyMemory<byte>)
                        Statement.Sign(
                            _key,
                            new StatementHeader("gateway", "orders", "application/cbor"),
                            writer.Encode()
                        );
                }),
        ];
        foreach (var chunk in entries.Chunk(100))
        {
            await _log.AppendAsync(chunk, TestContext.Current.CancellationToken);
        }

        await _log.PublishedAsync(size);
    }
}

/// <summary>What a command prints first, for whoever waits for it.</summary>
internal sealed class FirstLine : StringWriter
{
    private readonly TaskCompletionSource<string> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<string> Line => _line.Task;

    public override void WriteLine(string? value)
    {
        base.WriteLine(value);
        _line.TrySetResult(value ?? "");
    }
}
