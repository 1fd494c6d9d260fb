using System.Collections.Concurrent;
using System.Globalization;
using Homeostat.Client;
using Homeostat.Client.Contract;
using Homeostat.Core.Deciding;
using Homeostat.Core.Leases;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;

namespace Homeostat.Server.Tests.Process;

/// <summary>The service under load is killed again and again; HOMEOSTAT_KILLS says how often where the usual number is too few.</summary>
public sealed class KilledServerTests
{
    private const int Workers = 4;

    private static readonly int Kills = int.TryParse(
        Environment.GetEnvironmentVariable("HOMEOSTAT_KILLS"),
        CultureInfo.InvariantCulture,
        out var kills
    )
        ? kills
        : 24;

    private readonly string _folder = Directory.CreateTempSubdirectory("homeostat-").FullName;
    private readonly ConcurrentDictionary<string, string> _permits = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _settled = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _mayBeSettled = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, (string Key, string Target)> _unanswered = new();
    private int _next;

    [Fact]
    public async Task Kills_lose_nothing_that_was_acknowledged_and_reserve_nothing_twice()
    {
        var random = new Random(11);
        string? secret = null;
        for (var kill = 0; kill < Kills; kill++)
        {
            using var server = await ServerProcess.StartAsync(_folder);
            secret ??= (
                await server.Operator.GrantAsync(TestServer.Body("lease") with { LifeSeconds = 80_000 })
            ).Secret!;
            await TellAsync(server, "running");
            await CheckAsync(server);

            var agent = new HomeostatClient(server.Http, secret);
            var before = _permits.Count;
            var load = Enumerable.Range(0, Workers).Select(worker => WorkAsync(server, agent, worker)).ToArray();
            // On a busy machine nothing may have been answered yet; one kill in three comes all the same.
            for (var at = 0; kill % 3 != 0 && at < 1_000 && _permits.Count == before; at++)
            {
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }

            await Task.Delay(random.Next(30, 500), TestContext.Current.CancellationToken);
            server.Kill();
            await Task.WhenAll(load);
        }

        Assert.True(_permits.Count > Kills / 2, $"only {_permits.Count} permits were given");
        await CheckLogAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Asks, and now and then settles, until the service is gone.</summary>
    private async Task WorkAsync(ServerProcess server, HomeostatClient agent, int worker)
    {
        try
        {
            while (true)
            {
                // What was not answered is asked again under its key: it must not be permitted twice.
                var (key, target) = _unanswered.GetOrAdd(
                    worker,
                    _ => ($"key-{Interlocked.Increment(ref _next)}", $"web-{worker}")
                );
                var answer = await agent.DecideAsync(TestServer.Stop(target), key);
                Assert.Equal("allow", answer.Verdict);
                Assert.True(
                    _permits.TryAdd(answer.Permit!.Id, key) || _permits[answer.Permit.Id] == key,
                    "one permit was given to two requests"
                );
                _unanswered.TryRemove(worker, out _);
                await TellAsync(server, "stopped");
                _mayBeSettled[answer.Permit.Id] = 0;
                var outcome = new OutcomeBody { Permit = answer.Permit.Id, Claim = "done" };
                if ((await agent.SettleAsync(outcome)).Settled)
                {
                    _settled[answer.Permit.Id] = 0;
                }

                await TellAsync(server, "running");
            }
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            // The service was killed.
        }
    }

    private async Task CheckAsync(ServerProcess server)
    {
        var lease = await server.Operator.ShowAsync("lease");
        var sure = _permits.Keys.Count(permit => !_mayBeSettled.ContainsKey(permit));
        var possible = _permits.Keys.Count(permit => !_settled.ContainsKey(permit)) + Workers;
        Assert.InRange(lease.Outstanding, sure, possible);
    }

    /// <summary>Every permit that left has its entry, every key one reservation, and the fold is what the service said.</summary>
    private async Task CheckLogAsync()
    {
        using var key = SigningKey.Load(Path.Combine(_folder, "log.key"));
        using var log = LedgerLog.Open(Path.Combine(_folder, "log"), key.Name, key, TimeProvider.System);
        var fold = new LeaseFold(key.PublicKey.ToArray());
        var audit = new LeaseAudit(key.PublicKey.ToArray());
        var reserved = new List<LeaseEvent.Reserved>();
        var settled = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var entry in log.ReadAsync(0, TestContext.Current.CancellationToken))
        {
            Assert.Empty(audit.Apply(entry.Index, Statement.Parse(entry.Bytes)));
            switch (fold.EventOf(entry.Bytes))
            {
                case LeaseEvent.Reserved permit:
                    reserved.Add(permit);
                    break;
                case LeaseEvent.Settled end:
                    Assert.True(settled.Add(end.Permit.Value), $"{end.Permit} was settled twice");
                    break;
            }
        }

        Assert.Empty(audit.End());
        var account = audit.Account;
        Assert.Equal(account.Permits, account.Settled + account.TakenBack + account.Outstanding);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Kills} kills: {account}");
        Assert.Equal(reserved.Count, reserved.Select(permit => permit.Permit).Distinct().Count());
        var twice = reserved.GroupBy(permit => permit.Request).Where(group => group.Count() > 1).ToList();
        Assert.Empty(twice);
        Assert.Superset(_permits.Keys.ToHashSet(), reserved.Select(permit => permit.Permit.Value).ToHashSet());
        Assert.Superset(_settled.Keys.ToHashSet(), settled);
    }

    private static Task TellAsync(ServerProcess server, string state) =>
        server.Estate.TellAsync(
            new EstateChangesBody
            {
                Source = "test",
                ObservedAt = TimeProvider.System.GetUtcNow(),
                Upsert =
                [
                    .. Enumerable
                        .Range(0, Workers)
                        .Select(i => new ResourceBody
                        {
                            Id = $"web-{i}",
                            Kind = "compute-instance",
                            State = state,
                            Tier = 3,
                        }),
                ],
            }
        );
}
