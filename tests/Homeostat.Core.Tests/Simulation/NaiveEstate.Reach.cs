using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Tests.Simulation;

/// <summary>What passes, and how far things are open.</summary>
internal sealed partial class NaiveEstate
{
    /// <summary>When everything passing is over: what was made again in a known time is there, without what it contained.</summary>
    public NaiveEstate Settled(IReadOnlyList<Effect> effects)
    {
        var settled = After(effects.Where(effect => !IsPassing(effect)));
        foreach (var again in effects.Where(IsPassing))
        {
            settled.ContentsOf(again.Target).ForEach(settled.End);
        }

        return settled;
    }

    /// <summary>How long the longest of what passes takes.</summary>
    public TimeSpan LongestOf(IReadOnlyList<Effect> effects) =>
        effects
            .Where(effect => effect is Effect.Destroy { Recreated: true })
            .Select(effect => Find(effect.Target).RebuildTime ?? TimeSpan.Zero)
            .DefaultIfEmpty()
            .Max();

    private bool IsPassing(Effect effect) =>
        effect is Effect.Destroy { Recreated: true }
        && Find(effect.Target).RebuildTime is not null
        && CanBeMadeAgain(effect.Target);

    /// <summary>Those with grants on it or on what it is in, and those it was exposed to; each named once, with the most it may do.</summary>
    private long ExposureOf(ResourceId id)
    {
        var reached = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var open in ContainersOf(id))
        {
            foreach (var row in records.Relations.OfType<Relation.Grants>().Where(row => row.Target == open))
            {
                Widen(row.Principal.Value, MembersOf(row.Principal) * (1 + (int)row.Privilege));
            }

            foreach (var ((_, by, what), count) in _reachedBy.Where(row => row.Key.Target == open))
            {
                Widen(by, (long)count * (1 + (int)what));
            }
        }

        return reached.Values.Sum();

        void Widen(string by, long extent) => reached[by] = Math.Max(extent, reached.GetValueOrDefault(by));
    }

    /// <summary>A group is its members.</summary>
    private int MembersOf(ResourceId principal) => Math.Max(1, ContentsOf(principal).Count);

    /// <summary>It, what contains it, what contains that.</summary>
    private HashSet<ResourceId> ContainersOf(ResourceId id)
    {
        var all = new HashSet<ResourceId> { id };
        int before;
        do
        {
            before = all.Count;
            all.UnionWith(
                records
                    .Relations.OfType<Relation.Contains>()
                    .Where(row => all.Contains(row.Content))
                    .Select(row => row.Container)
                    .ToArray()
            );
        } while (all.Count > before);

        return all;
    }
}
