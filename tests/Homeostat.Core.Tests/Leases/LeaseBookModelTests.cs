using System.Collections.Concurrent;
using CsCheck;
using Homeostat.Core.Actions;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Tests.Leases;

/// <summary>The book against a list of everything that happened, one after the other and from many threads.</summary>
public sealed class LeaseBookModelTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void SaysWhatTheListSays() => Gen.Int[1, 10_000_000].Sample(Run, iter: 400, threads: 2);

    private static void Run(int seed)
    {
        var (dice, book, naive) = (new Random(seed), new MemoryLeaseBook(), new NaiveLeaseBook());
        var (now, leases, permits) = (Start, 0, 0);
        for (var step = 0; step < 120; step++)
        {
            now += TimeSpan.FromSeconds(dice.Next(8) == 0 ? -dice.Next(4) : dice.Next(40));
            var id = $"l{dice.Next(leases + 1)}";
            var permit = new PermitId($"p{dice.Next(permits + 1)}");
            switch (dice.Next(8))
            {
                case 0 or 1:
                    var lease = RandomLease(dice, $"l{leases++}", dice.Next(3) == 0 ? null : id, now);
                    Assert.Equal(naive.Grant(lease, now), book.Grant(lease, now) is null);
                    break;
                case 2 or 3 or 4:
                    var cost = new Cost(dice.Next(8) / 100.0, dice.Next(2));
                    var future = new CommittedFuture(new($"p{permits++}"), [], now);
                    var reserved = book.Reserve(new(id), cost, future, book.Futures.Version, now);
                    Assert.Equal(naive.Reserve(id, cost, future.Permit, now), reserved == Reservation.Reserved);
                    break;
                case 5:
                    book.Release(permit);
                    naive.End(permit, isPaid: false);
                    break;
                case 6:
                    book.Settle(permit);
                    naive.End(permit, isPaid: true);
                    break;
                case 7 when dice.Next(6) == 0:
                    book.Revoke(new(id));
                    naive.Revoke(id);
                    break;
            }

            AssertSame(naive, book, id, now);
        }
    }

    private static void AssertSame(NaiveLeaseBook naive, MemoryLeaseBook book, string id, DateTimeOffset now)
    {
        var expected = naive.Balance(id, now);
        var actual = book.Find(new(id), new("agent"), now).Balance;
        Assert.Equal(expected is null, actual is null);
        if (expected is { } balance && actual is not null)
        {
            Assert.Equal((double)balance.Stress, actual.Stress, 8);
            Assert.Equal(
                (balance.Irreversible, balance.Outstanding, balance.ThisMinute),
                (actual.Irreversible, actual.Outstanding, actual.ThisMinute)
            );
        }

        Assert.Equal(naive.Out, book.Futures.All.Select(future => future.Permit));
    }

    private static Lease RandomLease(Random dice, string id, string? parent, DateTimeOffset now) =>
        new()
        {
            Id = new(id),
            Agent = new("agent"),
            Parent = parent is null ? null : new LeaseId(parent),
            Cone = new LightCone
            {
                Operations = Core.Estate.Operations.Stop,
                Amounts = new Amounts
                {
                    Stress = (1 + dice.Next(4)) / 10.0,
                    Irreversible = dice.Next(6),
                    Outstanding = 1 + dice.Next(6),
                    PerMinute = 1 + dice.Next(5),
                },
            },
            Purpose = "test",
            IssuedAt = now,
            ExpiresAt = now + TimeSpan.FromSeconds(dice.Next(40) == 0 ? 100_000 : dice.Next(1500)),
        };

    /// <summary>Ten sub-leases buy nothing: what they spend together, from ten threads at once, is the root's budget.</summary>
    [Fact]
    public void ManyThreadsSpendNoMoreThanTheRootHas()
    {
        var book = new MemoryLeaseBook();
        var root = Lease("root", stress: 1, outstanding: 50);
        Assert.Null(book.Grant(root, Start));
        for (var child = 0; child < 10; child++)
        {
            Assert.Null(book.Grant(Lease($"c{child}", 1, 50) with { Parent = root.Id }, Start));
        }

        var (reserved, permits) = (new ConcurrentBag<PermitId>(), 0);
        Parallel.For(
            0,
            10,
            child =>
            {
                for (var round = 0; round < 400; round++)
                {
                    var permit = new PermitId($"p{Interlocked.Increment(ref permits)}");
                    var future = new CommittedFuture(permit, [], Start);
                    var answer = book.Reserve(new($"c{child}"), new Cost(0.01, 0), future, book.Futures.Version, Start);
                    if (answer == Reservation.Reserved)
                    {
                        reserved.Add(permit);
                        Parallel.Invoke(
                            () => book.Settle(permit),
                            () => book.Release(permit),
                            () => book.Settle(permit)
                        );
                    }
                }
            }
        );

        Assert.NotEmpty(reserved);
        Assert.Equal(reserved.Count, reserved.Distinct().Count());
        Assert.Empty(book.Futures.All);
        var balance = book.Find(root.Id, root.Agent, Start).Balance!;
        Assert.Equal(50, balance.Outstanding);
        Assert.InRange(balance.Stress, 0, 1);
    }

    /// <summary>Of many that judged the same futures one is first; the others must judge again.</summary>
    [Fact]
    public void OfManyWhoSawTheSameFuturesOneReserves()
    {
        var book = new MemoryLeaseBook();
        var lease = Lease("root", 1, 100);
        book.Grant(lease, Start);
        for (var round = 0; round < 50; round++)
        {
            var version = book.Futures.Version;
            var answers = new Reservation[8];
            Parallel.For(
                0,
                answers.Length,
                at =>
                    answers[at] = book.Reserve(
                        lease.Id,
                        new Cost(0, 0),
                        new CommittedFuture(new($"p{round}-{at}"), [], Start),
                        version,
                        Start
                    )
            );
            Assert.Single(answers, Reservation.Reserved);
            Assert.Equal(answers.Length - 1, answers.Count(answer => answer == Reservation.Overtaken));
        }
    }

    private static Lease Lease(string id, double stress, int outstanding) =>
        new()
        {
            Id = new(id),
            Agent = new("agent"),
            Cone = new LightCone
            {
                Operations = Core.Estate.Operations.Stop,
                Amounts = new Amounts
                {
                    Stress = stress,
                    Outstanding = outstanding,
                    PerMinute = 100_000,
                },
            },
            Purpose = "test",
            IssuedAt = Start.AddHours(-1),
            ExpiresAt = Start.AddHours(1),
        };
}
