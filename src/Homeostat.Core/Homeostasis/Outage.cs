using Homeostat.Core.Actions;

namespace Homeostat.Core.Homeostasis;

/// <summary>How long things are away while what passes is under way.</summary>
internal static class Outage
{
    /// <summary>The longest stretch without a gap: effects that follow upon each other are one outage.</summary>
    public static TimeSpan LongestOf(IReadOnlyList<Effect> effects)
    {
        var (longest, start, end) = (TimeSpan.Zero, TimeSpan.MinValue, TimeSpan.MinValue);
        foreach (var effect in effects.Where(effect => effect.Duration is not null).OrderBy(effect => effect.Delay))
        {
            start = effect.Delay > end ? effect.Delay : start;
            var over = effect.Delay + effect.Duration!.Value;
            end = over > end ? over : end;
            longest = end - start > longest ? end - start : longest;
        }

        return longest;
    }
}
