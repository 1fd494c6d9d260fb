using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;

namespace Homeostat.Estates.Scenarios;

/// <summary>What is away for a while, across all steps: outages that overlap in time are judged in their joint state.</summary>
internal sealed class Outages(Simulator simulator, LossLedger losses)
{
    private readonly List<Passing> _passing = [];

    /// <summary>Takes up what passes of these effects, and tells again who is away from now on.</summary>
    /// <param name="estate">The true estate, with all that lasts done to it.</param>
    public void Note(IReadOnlyList<Effect> effects, EstateSnapshot estate, DateTimeOffset now)
    {
        foreach (var effect in effects)
        {
            EndBy(effect, now);
            if (effect.Duration is { } length)
            {
                var from = now + effect.Delay;
                _passing.Add(new Passing(effect with { Delay = TimeSpan.Zero }, from, from + length));
            }
        }

        _passing.RemoveAll(passing => passing.To <= now);
        losses.ForgetOutagesAfter(now);
        DateTimeOffset[] turns =
        [
            .. _passing
                .SelectMany(passing => new[] { passing.From, passing.To })
                .Append(now)
                .Where(turn => turn >= now)
                .Distinct()
                .Order(),
        ];
        foreach (var (from, to) in turns.Zip(turns.Skip(1)))
        {
            Effect[] together =
            [
                .. _passing
                    .Where(passing => passing.From <= from && passing.To >= to)
                    .Select(passing => passing.Effect),
            ];
            if (together.Length > 0)
            {
                losses.NoteOutages(simulator.Predict(estate, CommittedFutures.None, together, now), estate, from, to);
            }
        }
    }

    /// <summary>What is started is not away any longer.</summary>
    private void EndBy(Effect effect, DateTimeOffset now)
    {
        if (effect is Effect.Start)
        {
            var start = now + effect.Delay;
            _passing.RemoveAll(passing => passing.Effect.Target == effect.Target && passing.From >= start);
            for (var at = 0; at < _passing.Count; at++)
            {
                if (_passing[at].Effect.Target == effect.Target && _passing[at].To > start)
                {
                    _passing[at] = _passing[at] with { To = start };
                }
            }
        }
    }

    private sealed record Passing(Effect Effect, DateTimeOffset From, DateTimeOffset To);
}
