using Homeostat.Core.Actions;
using Homeostat.Core.Critics;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Homeostat.Core.Tests.Deciding;

/// <summary>A decider over a real log in a temporary folder, with a clock that the test moves.</summary>
internal sealed class DeciderFixture : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("homeostat-");
    private readonly SigningKey _key;
    private readonly LedgerLog _log;
    private int _permits;
    private int _requests;

    public DeciderFixture(
        EstateSnapshot estate,
        DateTimeOffset now,
        StressTable? table = null,
        ObservedEnvironments? observed = null
    )
    {
        Estate = estate;
        Clock = new FakeTimeProvider(now);
        _key = SigningKey.Generate("test.example/log");
        _log = LedgerLog.Open(_folder.FullName, "test.example/log", _key, Clock);
        var log = new DecisionLog(_log, "test.example");
        Registry = new LeaseRegistry(Leases, log, Clock);
        Reads = new ReadLog(log, Clock);
        Decider = new Decider(
            new DeciderParts
            {
                Judge = new Judge(table ?? StressTable.Default, CriticPanel.Default, observed),
                Leases = Leases,
                Estate = () => Estate,
                Log = log,
                Reads = Reads,
                Clock = Clock,
                NextPermit = () => new PermitId($"permit-{Interlocked.Increment(ref _permits)}"),
                AlternativeCap = TimeSpan.FromSeconds(10),
            }
        );
    }

    public EstateSnapshot Estate { get; set; }

    public FakeTimeProvider Clock { get; }

    public MemoryLeaseBook Leases { get; } = new();

    public Decider Decider { get; }

    public LeaseRegistry Registry { get; }

    public ReadLog Reads { get; }

    public LedgerLog Log => _log;

    /// <summary>The book that the ledger alone gives.</summary>
    public async Task<MemoryLeaseBook> FoldAsync()
    {
        var book = new MemoryLeaseBook();
        await LeaseRecovery.FoldAsync(_log, _key.PublicKey.ToArray(), book);
        return book;
    }

    /// <summary>What an auditor who has nothing but the ledger says of it, with the entry that shows it.</summary>
    public async Task<(List<(long Entry, string Problem)> Problems, PermitAccount Account)> AuditAsync()
    {
        var audit = new LeaseAudit(_key.PublicKey.ToArray());
        var problems = new List<(long, string)>();
        await foreach (var entry in _log.ReadAsync(0, TestContext.Current.CancellationToken))
        {
            problems.AddRange(
                audit.Apply(entry.Index, Statement.Parse(entry.Bytes)).Select(problem => (entry.Index, problem))
            );
        }

        problems.AddRange(audit.End());
        return (problems, audit.Account);
    }

    /// <summary>Writes an entry as somebody would who holds the signing key.</summary>
    public async Task<long> ForgeAsync(string subject, string contentType, byte[] payload)
    {
        var entry = Statement.Sign(_key, new StatementHeader("test.example", subject, contentType), payload);
        return (await _log.AppendAsync(entry, TestContext.Current.CancellationToken)).Index;
    }

    /// <summary>A lease that covers everything, whose stress budget has had time to grow to its ceiling.</summary>
    public Lease GrantEverything(string agent = "agent", double stress = 0.1)
    {
        var now = Clock.GetUtcNow();
        var lease = new Lease
        {
            Id = new LeaseId($"lease-of-{agent}"),
            Agent = new AgentId(agent),
            Cone = new LightCone
            {
                Operations = (Operations)ushort.MaxValue,
                Amounts = new Amounts
                {
                    Resources = 10_000,
                    Rows = long.MaxValue,
                    Stress = stress,
                    Irreversible = 10_000,
                    PerMinute = 100_000,
                    Outstanding = 10_000,
                },
                Manner = Manner.IrreversibleWithCritics,
            },
            Purpose = "test",
            IssuedAt = now - TimeSpan.FromHours(1),
            ExpiresAt = now + TimeSpan.FromHours(1),
        };
        Assert.Null(Leases.Grant(lease, now));
        return lease;
    }

    /// <summary>A request whose goal names its targets.</summary>
    public ActionRequest Request(Lease lease, params Effect[] effects)
    {
        ResourceId[] removes = [.. effects.Where(effect => effect is Effect.Destroy).Select(effect => effect.Target)];
        ResourceId[] changes =
        [
            .. effects.Where(effect => effect is not Effect.Destroy).Select(effect => effect.Target),
        ];
        return new ActionRequest
        {
            Id = new RequestId($"request-{Interlocked.Increment(ref _requests)}"),
            Agent = lease.Agent,
            Lease = lease.Id,
            Operation = "test",
            Effects = effects,
            Goal = new Goal("as asked") { Removes = removes, Changes = changes },
        };
    }

    public async Task<Decision> DecideAsync(ActionRequest request) =>
        await Decider.DecideAsync(request, TestContext.Current.CancellationToken);

    public void Dispose()
    {
        Registry.Dispose();
        _log.Dispose();
        _key.Dispose();
        _folder.Delete(recursive: true);
    }
}
