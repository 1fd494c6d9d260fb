using System.Net;
using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Witnessing;

namespace Homeostat.Ledger.Tests.Witnessing;

/// <summary>A log and its witnesses, some of which lie or hang.</summary>
public sealed class WitnessedLogTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly SigningKey _key = Samples.Key();
    private readonly List<IDisposable> _things = [];

    [Fact]
    public async Task A_quorum_makes_durable_entries_witnessed_whatever_a_liar_and_a_sleeper_do()
    {
        var handler = new WitnessHandler();
        var policy = Policy(handler, honest: 2, "group all 2 w1 w2 liar sleeper\nquorum all\n");
        handler.Answers["liar"] = _ =>
            Task.FromResult(
                Ok(
                    Cosignature
                        .Sign(Samples.Key(99, "liar.example.org"), "other\n1\nx\n", DateTimeOffset.UnixEpoch)
                        .ToString()
                )
            );
        handler.Answers["sleeper"] = async token =>
        {
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException();
        };
        using var http = new HttpMessageInvoker(handler);
        using (var log = LedgerLog.Open(_folder.File("log"), Samples.Origin, _key, TimeProvider.System))
        {
            var client = new WitnessClient(policy, http, TimeProvider.System);
            await using var collector = new WitnessCollector(log, client, TimeProvider.System);
            for (var i = 0; i < 20; i++)
            {
                var entry = Samples.Entry(_key, i);
                var durable = await log.AppendAsync(entry, TestContext.Current.CancellationToken);
                Assert.Empty(durable.WitnessedBy);
                var witnessed = await collector.WitnessAsync(durable, TestContext.Current.CancellationToken);
                Assert.Equal(["w1", "w2"], witnessed.WitnessedBy);
                Assert.Null(witnessed.Verify(entry, Samples.Origin, _key.VerifierKey));
            }

            Assert.NotNull(collector.Newest);
        }

        Assert.Empty(LedgerVerifier.Verify(_folder.File("log"), _key.VerifierKey.ToString()).Findings);
        var cosigned = SignedNote.Parse(
            await File.ReadAllBytesAsync(
                _folder.File("log", "checkpoint.witnessed"),
                TestContext.Current.CancellationToken
            )
        );
        Assert.Equal(["w1", "w2"], policy.Cosigners(cosigned).Order());
    }

    [Fact]
    public async Task Too_few_witnesses_leave_entries_durable_and_say_who_is_missing()
    {
        var handler = new WitnessHandler();
        var policy = Policy(handler, honest: 1, "group all 2 w1 liar\nquorum all\n");
        handler.Answers["liar"] = _ =>
            Task.FromResult(
                new HttpResponseMessage(HttpStatusCode.InternalServerError) { Content = new StringContent("no") }
            );
        using var http = new HttpMessageInvoker(handler);
        using var log = LedgerLog.Open(_folder.File("log"), Samples.Origin, _key, TimeProvider.System);
        var client = new WitnessClient(policy, http, TimeProvider.System);
        await using var collector = new WitnessCollector(log, client, TimeProvider.System);
        var durable = await log.AppendAsync(Samples.Entry(_key, 1), TestContext.Current.CancellationToken);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => collector.WitnessAsync(durable, patience.Token));
        Assert.Equal("answered 500: no", client.Problems["liar"]);
    }

    [Theory]
    [InlineData("quorum none\n", "", true)]
    [InlineData("group g 2 w1 w2 w3\nquorum g\n", "w1", false)]
    [InlineData("group g 2 w1 w2 w3\nquorum g\n", "w1 w3", true)]
    [InlineData("group g all w1 w2\ngroup h any g w3\nquorum h\n", "w1", false)]
    [InlineData("group g all w1 w2\ngroup h any g w3\nquorum h\n", "w3", true)]
    public void A_policy_counts_groups_as_it_says(string rules, string cosigners, bool satisfied)
    {
        var policy = Policy(new WitnessHandler(), honest: 3, rules);
        Assert.Equal(
            satisfied,
            policy.IsSatisfied(cosigners.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet())
        );
    }

    [Theory]
    [InlineData("", "no 'quorum' line")]
    [InlineData("quorum nobody\n", "'nobody' is not defined")]
    [InlineData("group g 4 w1 w2\nquorum g\n", "from 1 to 2")]
    [InlineData("group g any w1 w1\nquorum g\n", "named twice")]
    [InlineData("group w1 any w2\nquorum w1\n", "defined already")]
    [InlineData("witness x y\nquorum none\n", "a verifier key is written")]
    [InlineData("quorum none\nquorum none\n", "second quorum")]
    public void A_wrong_policy_is_refused_with_its_line(string rules, string problem)
    {
        var e = Assert.Throws<FormatException>(() => Policy(new WitnessHandler(), honest: 2, rules));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _things.ForEach(thing => thing.Dispose());
        _folder.Dispose();
        _key.Dispose();
    }

    private static HttpResponseMessage Ok(string body) => new(HttpStatusCode.OK) { Content = new StringContent(body) };

    private TlogPolicy Policy(WitnessHandler handler, int honest, string rules)
    {
        var lines = new List<string> { $"log {_key.VerifierKey}" };
        for (var i = 1; i <= honest; i++)
        {
            var key = Samples.Key((byte)(20 + i), $"w{i}.example.org");
            var store = WitnessStore.Open(_folder.File($"w{i}"));
            _things.AddRange([key, store]);
            var witness = new Witness(
                key,
                store,
                TimeProvider.System,
                new Dictionary<string, VerifierKey> { [Samples.Origin] = _key.VerifierKey }
            );
            handler.Witnesses[$"w{i}"] = witness;
            lines.Add($"witness w{i} {key.CosignerKey} http://w{i}/");
        }

        foreach (var name in new[] { "liar", "sleeper" })
        {
            lines.Add($"witness {name} {Samples.Key(50, name + ".example.org").CosignerKey} http://{name}/");
        }

        return TlogPolicy.Parse(string.Join('\n', lines) + "\n" + rules);
    }

    /// <summary>Stands where the network is.</summary>
    private sealed class WitnessHandler : HttpMessageHandler
    {
        public Dictionary<string, Witness> Witnesses { get; } = [];

        public Dictionary<string, Func<CancellationToken, Task<HttpResponseMessage>>> Answers { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            Assert.Equal("/add-checkpoint", request.RequestUri!.AbsolutePath);
            if (Answers.TryGetValue(request.RequestUri.Host, out var answer))
            {
                return await answer(cancellationToken);
            }

            if (!Witnesses.TryGetValue(request.RequestUri.Host, out var witness))
            {
                throw new HttpRequestException("no such host");
            }

            var made = witness.AddCheckpoint(await request.Content!.ReadAsByteArrayAsync(cancellationToken));
            return new HttpResponseMessage((HttpStatusCode)made.Status) { Content = new StringContent(made.Body) };
        }
    }
}
