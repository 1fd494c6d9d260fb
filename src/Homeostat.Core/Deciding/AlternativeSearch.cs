using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Deciding;

/// <summary>
/// Finds a largest subset of a batch that is allowed. Subsets of an allowed destructive batch are allowed, so a
/// resource that is refused alone is in no allowed subset, and branch and bound over the rest is exact until its time is
/// up. Its size is unique, the set is not: ties go to the least charge, then to the ids.
/// </summary>
public sealed class AlternativeSearch(TimeProvider clock)
{
    public static readonly TimeSpan DefaultCap = TimeSpan.FromMilliseconds(20);

    /// <param name="review">Judges a subset of the effects under the same lease; it must reserve nothing.</param>
    public Alternative Find(IReadOnlyList<Effect> effects, Func<IReadOnlyList<Effect>, Judgement> review, TimeSpan cap)
    {
        var units = effects
            .GroupBy(effect => effect.Target)
            .Select(unit => (Id: unit.Key, Effects: unit.ToArray()))
            .OrderBy(unit => unit.Id.Value, StringComparer.Ordinal)
            .ToArray();
        var search = new Search(clock, cap, review);
        var kept = search.Largest([.. units.Select(unit => unit.Effects)], isWhole: units.Length == 1);
        var keptEffects = kept.ToHashSet();
        var removed = units.Where(unit => !keptEffects.Contains(unit.Effects[0])).ToArray();
        var safer = new List<Effect>();
        foreach (var unit in removed)
        {
            if (
                !search.IsTimeUp()
                && Safer(unit.Effects) is { } form
                && search.Judge([.. kept, .. safer, form]).Verdict == Verdict.Allow
            )
            {
                safer.Add(form);
            }
        }

        return new Alternative(kept, [.. removed.Select(unit => unit.Id)], safer, search.IsOver);
    }

    /// <summary>Stopping keeps what ending would lose; where a kind offers no stop there is no safer form here.</summary>
    private static Effect.Stop? Safer(Effect[] unit) =>
        unit is [Effect.Destroy { Recreated: false } destroy] ? new Effect.Stop(destroy.Target) : null;

    private sealed class Search(TimeProvider clock, TimeSpan cap, Func<IReadOnlyList<Effect>, Judgement> review)
    {
        private readonly long _start = clock.GetTimestamp();
        private List<Effect[]> _best = [];
        private double _bestCharge = double.MaxValue;

        public bool IsOver { get; private set; }

        public bool IsTimeUp() => IsOver |= clock.GetElapsedTime(_start) > cap;

        public Judgement Judge(IReadOnlyList<Effect> effects) => review(effects);

        /// <param name="isWhole">The only unit there is: it is what was refused, and nothing is left of it.</param>
        public Effect[] Largest(Effect[][] units, bool isWhole)
        {
            if (isWhole)
            {
                return [];
            }

            // What is refused alone is in no allowed subset; usually all the rest is allowed together.
            var alone = units.Where(IsAllowedAlone).ToArray();
            if (!IsOver && alone.Length > 0 && Judge([.. alone.SelectMany(unit => unit)]).Verdict == Verdict.Allow)
            {
                return [.. alone.SelectMany(unit => unit)];
            }

            Grow([], alone, 0);
            return [.. _best.SelectMany(unit => unit)];
        }

        private bool IsAllowedAlone(Effect[] unit)
        {
            return !IsTimeUp() && Judge(unit).Verdict == Verdict.Allow;
        }

        /// <summary>Tries with each unit before trying without it, so that the first full descent is the greedy answer.</summary>
        private void Grow(List<Effect[]> chosen, Effect[][] units, int from)
        {
            Keep(chosen);
            for (var at = from; at < units.Length; at++)
            {
                var most = chosen.Count + units.Length - at;
                if (most < _best.Count || (most == _best.Count && _bestCharge <= 0))
                {
                    return;
                }

                chosen.Add(units[at]);
                if (Judge([.. chosen.SelectMany(unit => unit)]).Verdict == Verdict.Allow)
                {
                    Grow(chosen, units, at + 1);
                }

                chosen.RemoveAt(chosen.Count - 1);
                if (IsTimeUp())
                {
                    return;
                }
            }
        }

        private void Keep(List<Effect[]> chosen)
        {
            if (chosen.Count == 0 || chosen.Count < _best.Count)
            {
                return;
            }

            var charge = Judge([.. chosen.SelectMany(unit => unit)]).Assessment?.Charge ?? double.MaxValue;
            if (chosen.Count > _best.Count || charge < _bestCharge)
            {
                (_best, _bestCharge) = ([.. chosen], charge);
            }
        }
    }
}
