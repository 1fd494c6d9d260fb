namespace Homeostat.Core.Estate;

/// <summary>Whether the members of a group have in common what they must: true, false, or unknown where a value is missing.</summary>
internal static class GroupAgreement
{
    /// <param name="members">Those that work; what does not work serves nobody and need not agree.</param>
    /// <param name="valueOf">The value of a member's fact, or null where nobody knows it.</param>
    public static Truth Of(
        IReadOnlyList<Agreement> asked,
        IEnumerable<int> members,
        Func<int, string, FactValue?> valueOf
    )
    {
        var working = members as IReadOnlyCollection<int> ?? [.. members];
        var all = Truth.True;
        foreach (var agreement in asked)
        {
            var one = Of(agreement, working, valueOf);
            all =
                one == Truth.False || all == Truth.False ? Truth.False
                : one == Truth.Unknown ? Truth.Unknown
                : all;
        }

        return all;
    }

    private static Truth Of(Agreement agreement, IEnumerable<int> members, Func<int, string, FactValue?> valueOf)
    {
        FactValue? common = null;
        int asked = 0,
            unknown = 0;
        foreach (var member in members)
        {
            var isAsked =
                agreement.WhileKey is null || valueOf(member, agreement.WhileKey) is not { } state
                    ? (bool?)(agreement.WhileKey is null ? true : null)
                    : state == agreement.WhileValue;
            if (isAsked == false)
            {
                continue;
            }

            asked++;
            var value = valueOf(member, agreement.Key);
            if (isAsked is null || value is null)
            {
                unknown++;
            }
            else if (common is { } first && first != value)
            {
                return Truth.False;
            }
            else
            {
                common = value;
            }
        }

        return unknown == 0 || asked < 2 ? Truth.True : Truth.Unknown;
    }
}
