using System.Collections.Concurrent;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Leases;

namespace Homeostat.Server.Agents;

/// <summary>How often each lease was answered how, since the service started. Leases are in the book, so there are not more of these.</summary>
internal sealed class AgentTallies(TimeProvider clock)
{
    private readonly ConcurrentDictionary<LeaseId, Tally> _tallies = new();

    public DateTimeOffset Since { get; } = clock.GetUtcNow();

    public void Note(Decision decision) =>
        _tallies.GetOrAdd(decision.Request.Lease, _ => new Tally()).Add(decision.Judgement, clock.GetUtcNow());

    public Tally? Of(LeaseId lease) => _tallies.GetValueOrDefault(lease);

    /// <summary>Of one lease.</summary>
    internal sealed class Tally
    {
        private readonly long[] _bound = new long[(int)Verdict.Allow + 1];
        private readonly long[] _observed = new long[(int)Verdict.Allow + 1];
        private long _last;

        public DateTimeOffset Last => new(Interlocked.Read(ref _last), TimeSpan.Zero);

        public void Add(Judgement judgement, DateTimeOffset now)
        {
            ref var count = ref judgement.WouldBe is { } wouldBe
                ? ref _observed[(int)wouldBe]
                : ref _bound[(int)judgement.Verdict];
            Interlocked.Increment(ref count);
            Interlocked.Exchange(ref _last, now.UtcTicks);
        }

        public long Bound(Verdict verdict) => Interlocked.Read(ref _bound[(int)verdict]);

        public long Observed(Verdict verdict) => Interlocked.Read(ref _observed[(int)verdict]);
    }
}
