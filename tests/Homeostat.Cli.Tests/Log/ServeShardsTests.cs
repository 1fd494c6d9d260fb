using System.CommandLine;
using System.Formats.Cbor;
using System.Net;
using Homeostat.Cli.Commands;
using Homeostat.Cli.Tests.Running;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;

namespace Homeostat.Cli.Tests.Log;

/// <summary>A sharded log served over HTTP: an index, each shard by its name, and a verification of all of them.</summary>
public sealed class ServeShardsTests : IAsyncLifetime
{
    private const string Origin = "example.org/log";

    private readonly string _folder = Directory.CreateTempSubdirectory("homeostat-cli-").FullName;
    private readonly SigningKey _key = SigningKey.FromSeed(Origin, new byte[32]);
    private readonly CancellationTokenSource _stop = new();
    private readonly FirstLine _output = new();
    private ShardedLog _log = null!;
    private Task<int> _server = null!;
    private Uri _prefix = null!;

    private string Log => Path.Combine(_folder, "log");

    public async ValueTask InitializeAsync()
    {
        var limits = new ShardLimits(4, TimeSpan.FromDays(1));
        var options = new LedgerOptions { SegmentBytes = 64 * 1024 };
        _log = ShardedLog.Open(Log, Origin, _key, TimeProvider.System, limits, options);
        for (var i = 0; i < 8; i++)
        {
            await AppendAsync(i);
        }

        await _log.Current.PublishedAsync(_log.Current.Size, TestContext.Current.CancellationToken);
        _server = RootCommandFactory
            .Create()
            .Parse(["log", "serve", "--log", Log])
            .InvokeAsync(new InvocationConfiguration { Output = _output }, _stop.Token);
        var line = await _output.Line.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        _prefix = new Uri(line.Split(' ')[^1]);
    }

    [Fact]
    public async Task The_index_says_which_shards_are_here_and_each_verifies_alone_and_all_together()
    {
        Assert.Equal(
            "0000 example.org/log/0000 sealed\n0001 example.org/log/0001 sealed\n0002 example.org/log/0002 current\n",
            await GetAsync("shards")
        );
        Assert.StartsWith("example.org/log/0001\n4\n", await GetAsync("0001/checkpoint"), StringComparison.Ordinal);
        Assert.Equal(0, await VerifyAsync($"{_prefix}0001/", _key));
        Assert.Equal(0, await VerifyAsync($"{_prefix}", _key));
        Assert.Equal(0, await VerifyAsync(Log, _key));
        using var other = SigningKey.Generate(Origin);
        Assert.Equal(ExitCode.BadInput, await VerifyAsync($"{_prefix}", other));
    }

    [Fact]
    public async Task A_sealed_shard_that_was_moved_away_verifies_where_it_is_and_the_others_where_they_are()
    {
        var archive = Path.Combine(_folder, "archive");
        Directory.Move(Path.Combine(Log, "0000"), archive);
        Assert.StartsWith("0001 example.org/log/0001 sealed\n", await GetAsync("shards"), StringComparison.Ordinal);
        Assert.Equal(0, await VerifyAsync($"{_prefix}", _key));
        Assert.Equal(0, await VerifyAsync(archive, _key));
    }

    [Fact]
    public async Task A_shard_with_another_past_is_found()
    {
        var other = Path.Combine(_folder, "other");
        using (
            var log = ShardedLog.Open(
                other,
                Origin,
                _key,
                TimeProvider.System,
                new ShardLimits(4, TimeSpan.FromDays(1))
            )
        )
        {
            await log.AppendAsync(Entry(99), TestContext.Current.CancellationToken);
        }

        Directory.Delete(Path.Combine(Log, "0000"), recursive: true);
        Directory.Move(Path.Combine(other, "0000"), Path.Combine(Log, "0000"));
        Assert.Equal(0, await VerifyAsync($"{_prefix}0000/", _key));
        Assert.Equal(0, await VerifyAsync($"{_prefix}0001/", _key));
        Assert.Equal(ExitCode.BadInput, await VerifyAsync($"{_prefix}", _key));
    }

    [Theory]
    [InlineData("current")]
    [InlineData("lock")]
    [InlineData("checkpoint")]
    [InlineData("0000")]
    [InlineData("0000/head")]
    [InlineData("0000/current")]
    [InlineData("0000/sessions.start")]
    [InlineData("00/checkpoint")]
    [InlineData("0009/checkpoint")]
    public async Task Nothing_else_is_served(string name)
    {
        using var http = new HttpClient { BaseAddress = _prefix };
        using var answer = await http.GetAsync(new Uri(name, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Assert.Equal(0, await _server);
        _log.Dispose();
        _key.Dispose();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string> GetAsync(string name)
    {
        using var http = new HttpClient { BaseAddress = _prefix };
        return await http.GetStringAsync(new Uri(name, UriKind.Relative), TestContext.Current.CancellationToken);
    }

    private static async Task<int> VerifyAsync(string location, SigningKey key) =>
        (await CommandLine.RunAsync("log", "verify", "--log", location, "--key", $"{key.VerifierKey}")).Code;

    private ValueTask<ShardReceipt> AppendAsync(int number) =>
        _log.AppendAsync(Entry(number), TestContext.Current.CancellationToken);

    private byte[] Entry(int number)
    {
        var writer = new CborWriter();
        writer.WriteInt32(number);
        return Statement.Sign(_key, new StatementHeader("gateway", "orders", "application/cbor"), writer.Encode());
    }
}
