using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

/// <summary>
/// How long what passes takes: what the request says, but never less than its target is known to take. Where neither is
/// known it does not pass.
/// </summary>
internal static class Durations
{
    /// <summary>The same list where nothing has to be corrected.</summary>
    public static IReadOnlyList<Effect> Of(EstateSnapshot estate, IReadOnlyList<Effect> effects)
    {
        Effect[]? corrected = null;
        for (var at = 0; at < effects.Count; at++)
        {
            var duration = Of(estate, effects[at]);
            if (duration != effects[at].Duration)
            {
                corrected ??= [.. effects];
                corrected[at] = effects[at] with { Duration = duration };
            }
        }

        return corrected ?? effects;
    }

    private static TimeSpan? Of(EstateSnapshot estate, Effect effect)
    {
        var comesBack = effect is Effect.Destroy { Recreated: true } or Effect.Change { Impact: ChangeImpact.Restart };
        if (!comesBack && effect is not Effect.Stop { Duration: not null })
        {
            return effect.Duration;
        }

        var node = estate.Find(effect.Target);
        var seconds = node < 0 ? -1 : estate.Tables.Details[node].RebuildSeconds;
        return seconds < 0 ? effect.Duration
            : effect.Duration is { } stated && stated.TotalSeconds >= seconds ? stated
            : TimeSpan.FromSeconds(seconds);
    }
}
