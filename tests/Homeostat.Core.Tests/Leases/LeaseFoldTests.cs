using CsCheck;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Core.Tests.Deciding;

namespace Homeostat.Core.Tests.Leases;

/// <summary>The book in memory, the book that the ledger alone gives, and a naive account of what was said are one.</summary>
public sealed class LeaseFoldTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private const int Services = 150;

    private static readonly Gen<(int What, int Which)[]> Steps = Gen.Select(Gen.Int[0, 99], Gen.Int[0, 1_000]).Array[
        10,
        60
    ];

    [Fact]
    public async Task The_ledger_alone_gives_the_book_at_every_moment() =>
        await Steps.SampleAsync(
            async steps =>
            {
                using var run = new Run();
                foreach (var step in steps)
                {
                    await run.StepAsync(step.What, step.Which);
                    if (step.What % 5 == 0)
                    {
                        await run.CheckAsync();
                    }
                }

                await run.CheckAsync();
            },
            iter: 20,
            threads: 1
        );

    [Fact]
    public async Task So_it_does_when_many_act_at_once()
    {
        using var run = new Run();
        for (var i = 0; i < 6; i++)
        {
            await run.StepAsync(0, i);
        }

        var turns = new Random(7);
        var steps = Enumerable.Range(0, 400).Select(_ => (turns.Next(100), turns.Next(1_000))).ToArray();
        await Task.WhenAll(
            steps
                .Chunk(50)
                .Select(chunk =>
                    Task.Run(async () =>
                    {
                        foreach (var (what, which) in chunk)
                        {
                            await run.StepAsync(what, which);
                        }
                    })
                )
        );

        await run.CheckAsync();
    }

    /// <summary>One life of a service: leases, decisions, settlements, revocations, and time that passes.</summary>
    private sealed class Run : IDisposable
    {
        private readonly DeciderFixture _fixture = new(Estate(), Now);
        private readonly Lock _turn = new();
        private readonly List<Lease> _leases = [];
        private readonly List<(Lease Lease, Decision Decision)> _permits = [];
        private readonly HashSet<PermitId> _settled = [];
        private int _next;

        public async Task StepAsync(int what, int which)
        {
            switch (what)
            {
                case < 10:
                    await GrantAsync(null);
                    break;
                case < 25:
                    await GrantAsync(Pick(_leases, which));
                    break;
                case < 75:
                    await DecideAsync(Pick(_leases, which), which);
                    break;
                case < 90:
                    await SettleAsync(Pick(_permits, which).Decision);
                    break;
                case < 93 when Pick(_leases, which) is { } lease:
                    await _fixture.Registry.RevokeAsync(lease.Id, "test");
                    break;
                default:
                    _fixture.Clock.Advance(TimeSpan.FromSeconds(which % 40));
                    break;
            }
        }

        public async Task CheckAsync()
        {
            var now = _fixture.Clock.GetUtcNow();
            var live = _fixture.Leases;
            var folded = await _fixture.FoldAsync();
            Assert.Equal(live.List(now).Select(Said), folded.List(now).Select(Said));
            Assert.Equal(Out(live), Out(folded));
            Assert.Equal(Futures(live), Futures(folded));

            Assert.Empty((await _fixture.AuditAsync()).Problems);
            var open = _permits.Where(given => !_settled.Contains(given.Decision.Permit!.Id)).ToList();
            Assert.Equal(open.Select(given => given.Decision.Permit!.Id.Value).Order(), Out(live));
            foreach (var lease in _leases)
            {
                CheckAgainstNaive(lease, open, live, now);
            }
        }

        public void Dispose() => _fixture.Dispose();

        private void CheckAgainstNaive(
            Lease lease,
            List<(Lease Lease, Decision Decision)> open,
            MemoryLeaseBook live,
            DateTimeOffset now
        )
        {
            var status = live.Status(lease.Id, now)!;
            Assert.Equal(open.Count(given => live.IsAbove(lease.Id, given.Lease.Id)), status.Outstanding);
            var left = Above(lease)
                .Min(above =>
                    above.GrownBudget(now)
                    - _permits
                        .Where(given => live.IsAbove(above.Id, given.Lease.Id))
                        .Sum(given => given.Decision.Judgement.Assessment!.Charge)
                );
            Assert.Equal(left, status.StressLeft, 1e-6);
            Assert.True(left > -1e-6, $"{lease.Id} spent more than it had");
        }

        private IEnumerable<Lease> Above(Lease lease)
        {
            for (var at = lease; at is not null; at = _leases.Find(parent => parent.Id == at.Parent))
            {
                yield return at;
            }
        }

        private async Task GrantAsync(Lease? parent)
        {
            var number = Interlocked.Increment(ref _next);
            var now = _fixture.Clock.GetUtcNow();
            var lease = new Lease
            {
                Id = new($"lease-{number:d4}"),
                Agent = new("agent"),
                Parent = parent?.Id,
                Purpose = "test",
                IssuedAt = now,
                ExpiresAt = now + TimeSpan.FromMinutes(2),
                Renewal = TimeSpan.FromMinutes(number % 3),
                Cone = new LightCone
                {
                    Operations = Operations.Stop,
                    Amounts = new Amounts
                    {
                        Stress = 0.02,
                        Outstanding = 8,
                        PerMinute = 20,
                    },
                    Manner = Manner.Reversible,
                },
            };
            if ((await _fixture.Registry.GrantAsync(lease, "test")).Refusal is null)
            {
                lock (_turn)
                {
                    _leases.Add(lease);
                }
            }
        }

        private async Task DecideAsync(Lease? lease, int which)
        {
            if (lease is null)
            {
                return;
            }

            var request = _fixture.Request(lease, new Effect.Stop(new($"web-{which % Services}-{which % 2}")));
            if (await _fixture.DecideAsync(request) is { Permit: not null } decision)
            {
                lock (_turn)
                {
                    _permits.Add((lease, decision));
                }
            }
        }

        private async Task SettleAsync(Decision? decision)
        {
            if (
                decision?.Permit is { } permit
                && await _fixture.Registry.SettleAsync(new Settlement(permit.Id, "done", [], []), "test") is not null
            )
            {
                lock (_turn)
                {
                    _settled.Add(permit.Id);
                }
            }
        }

        private T? Pick<T>(List<T> among, int which)
        {
            lock (_turn)
            {
                return among.Count == 0 ? default : among[which % among.Count];
            }
        }

        private static string Said(LeaseStatus status) => (status with { Lease = null! }) + status.Lease.Id.Value;

        private static IEnumerable<string> Out(MemoryLeaseBook book) =>
            book.Outstanding().Select(permit => permit.Permit.Value).Order();

        private static IEnumerable<string> Futures(MemoryLeaseBook book) =>
            book.Futures.All.Select(future => $"{future.Permit} {string.Join(',', future.Effects)}").Order();

        private static EstateSnapshot Estate()
        {
            var seen = new Provenance("test", Now, Declared: true);
            var builder = new EstateBuilder(ShelfLives.Default);
            for (var i = 0; i < Services; i++)
            {
                var (service, webs) = (new ResourceId($"service-{i}"), Webs(i));
                Relation[] needs = [new Relation.Needs(service, "web", webs)];
                builder.Add(new EstateChange.Upsert(Of(service, "service", seen), needs));
                foreach (var web in webs)
                {
                    var machine = Of(web, "compute-instance", seen) with { State = RunState.Running };
                    builder.Add(new EstateChange.Upsert(machine, []));
                }
            }

            return builder.Build();
        }

        private static ResourceId[] Webs(int service) => [new($"web-{service}-0"), new($"web-{service}-1")];

        private static Resource Of(ResourceId id, string kind, Provenance seen) =>
            new()
            {
                Id = id,
                Kind = new(kind),
                Tier = kind == "service" ? Tier.Two : null,
                Existence = seen,
            };
    }
}
