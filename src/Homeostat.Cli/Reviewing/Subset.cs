using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;

namespace Homeostat.Cli.Reviewing;

/// <summary>The largest part of a refused plan that would be allowed, in addresses that Terraform can be told.</summary>
/// <param name="Kept">Addresses all of whose effects may go ahead together.</param>
/// <param name="Removed">The plan's other addresses.</param>
/// <param name="Stopped">Of those, what may be stopped instead of destroyed.</param>
internal sealed record Subset(
    IReadOnlyList<string> Kept,
    IReadOnlyList<string> Removed,
    IReadOnlyList<string> Stopped,
    bool NotProvenLargest
)
{
    /// <param name="review">Judges a part of the plan's effects under the same lease.</param>
    public static Subset Of(Alternative found, ActionRequest request, Func<IReadOnlyList<Effect>, Verdict> review)
    {
        var all = AddressesOf(request.Effects);
        var removed = AddressesOf(found.Removed);
        var kept = AddressesOf(found.Kept)
            .Where(address => !removed.Contains(address))
            .ToHashSet(StringComparer.Ordinal);

        // Terraform applies an address whole: a part of one cannot be left out, so the sum is judged once more.
        Effect[] effects =
        [
            .. request.Effects.Where(effect => kept.Contains(TerraformTarget.AddressOf(effect.Target))),
        ];
        if (effects.Length > 0 && review(effects) != Verdict.Allow)
        {
            kept.Clear();
        }

        return new Subset(
            Sorted(kept),
            Sorted(all.Where(address => !kept.Contains(address))),
            Sorted(AddressesOf(found.Safer)),
            found.NotProvenLargest
        );
    }

    private static HashSet<string> AddressesOf(IEnumerable<Effect> effects) =>
        AddressesOf(effects.Select(effect => effect.Target));

    private static HashSet<string> AddressesOf(IEnumerable<ResourceId> ids) =>
        ids.Select(TerraformTarget.AddressOf).ToHashSet(StringComparer.Ordinal);

    private static string[] Sorted(IEnumerable<string> addresses) => [.. addresses.Order(StringComparer.Ordinal)];
}

/// <summary>What Terraform's own options call a resource of the model.</summary>
internal static class TerraformTarget
{
    private const string Replacement = " (replacement)";
    private const string Deposed = " (deposed ";

    /// <summary>The address without what the model adds to it: a pseudo resource's name, a deposed key, a replacement.</summary>
    public static string AddressOf(ResourceId id)
    {
        var text = id.Value;
        if (text.EndsWith(Replacement, StringComparison.Ordinal))
        {
            text = text[..^Replacement.Length];
        }

        var mark = text.LastIndexOf('#');
        text = mark > text.LastIndexOf(']') && mark > 0 ? text[..mark] : text;
        var deposed = text.LastIndexOf(Deposed, StringComparison.Ordinal);
        return deposed > text.LastIndexOf(']') && deposed > 0 ? text[..deposed] : text;
    }

    /// <summary>The request that a plan of just these effects would make: its aim names them and what ends with them.</summary>
    public static ActionRequest Part(ActionRequest whole, IReadOnlyList<Effect> effects)
    {
        var addresses = effects.Select(effect => AddressOf(effect.Target)).ToHashSet(StringComparer.Ordinal);
        bool IsIn(ResourceId id) => addresses.Contains(AddressOf(id));
        var goal = whole.Goal is { } all
            ? all with
            {
                Removes = all.Removes.Where(IsIn).ToHashSet(),
                Changes = all.Changes.Where(IsIn).ToHashSet(),
            }
            : null;
        return whole.Narrowed(effects) with
        {
            Goal = goal,
            Intent = whole.Intent is { } intent
                ? intent with
                {
                    Operations = effects.Aggregate(Operations.None, (sum, effect) => sum | effect.Operation),
                    Count = goal is null ? intent.Count : goal.Removes.Union(goal.Changes).Count(),
                    Targets = effects.Select(effect => effect.Target).ToHashSet(),
                }
                : null,
        };
    }

    /// <summary><c>-target='module.a["b"].c.d'</c>, quoted for a POSIX shell.</summary>
    public static string Option(string name, string address) =>
        $"-{name}='{address.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
