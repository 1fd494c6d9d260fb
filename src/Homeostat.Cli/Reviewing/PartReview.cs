using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;

namespace Homeostat.Cli.Reviewing;

/// <summary>
/// Finds the part of a refused plan that a review of just that part would allow. What the search found was judged with the
/// aim of the whole plan, which names more than the part would: what passes then may not pass alone.
/// </summary>
/// <param name="review">Judges a request as the review of a plan with nothing else in it.</param>
internal sealed class PartReview(Func<ActionRequest, Judgement> review, TimeProvider clock, TimeSpan cap)
{
    public Subset Settle(Alternative found, ActionRequest request)
    {
        var first = Subset.Of(found, request, effects => Alone(request, effects).Verdict);
        if (first.Kept.Count > 0 || found.Kept.Count == 0)
        {
            return first;
        }

        // Whatever is allowed alone is allowed with the whole plan's aim too, so the first answer, where it stands, is the
        // largest; a second search within it may miss a larger part elsewhere.
        var second = new AlternativeSearch(clock).Find(found.Kept, effects => Alone(request, effects), cap);
        var both = second with { Removed = [.. found.Removed, .. second.Removed], NotProvenLargest = true };
        return Subset.Of(both, request, effects => Alone(request, effects).Verdict);
    }

    private Judgement Alone(ActionRequest request, IReadOnlyList<Effect> effects) =>
        review(TerraformTarget.Part(request, effects));
}
