using System.Collections.Concurrent;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

/// <summary>What the simulation takes from the stress table.</summary>
/// <param name="StoppedStandby">What a complete but stopped standby counts for.</param>
public sealed record SimulationOptions(double StoppedStandby = 0.9);

/// <summary>
/// Predicts what a request would do to the estate, compared with doing nothing. Pure: the same snapshot, futures,
/// effects and time give the same consequences. The cost follows what is affected, not the size of the estate.
/// </summary>
public sealed class Simulator(SimulationOptions options)
{
    private readonly ConcurrentBag<PredictionRun> _idle = [];

    /// <summary>Safe to call from many threads at once.</summary>
    public Consequences Predict(
        EstateSnapshot estate,
        CommittedFutures futures,
        IReadOnlyList<Effect> effects,
        DateTimeOffset now
    )
    {
        if (!_idle.TryTake(out var run))
        {
            run = new PredictionRun(options);
        }

        var consequences = run.Predict(estate, futures, effects, now);

        // Only a run that ended normally is used again: one that threw may hold half a world.
        _idle.Add(run);
        return consequences;
    }
}
