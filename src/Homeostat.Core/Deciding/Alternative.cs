using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Deciding;

/// <summary>The nearest form of a refused request that would be allowed under the same lease.</summary>
/// <param name="Kept">The effects that may go ahead together.</param>
/// <param name="Removed">The resources whose effects had to be left out.</param>
/// <param name="Safer">Safer forms of what was left out, allowed together with what is kept.</param>
/// <param name="NotProvenLargest">The search was cut off: a larger subset may exist.</param>
public sealed record Alternative(
    IReadOnlyList<Effect> Kept,
    IReadOnlyList<ResourceId> Removed,
    IReadOnlyList<Effect> Safer,
    bool NotProvenLargest
)
{
    public bool IsEmpty => Kept.Count == 0 && Safer.Count == 0;
}
