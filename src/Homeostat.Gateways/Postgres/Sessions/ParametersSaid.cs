using System.Collections.Frozen;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Translating;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>What a Parse message says of its parameters that can matter to what the statement does.</summary>
/// <param name="Own">Types that did not come with the server: reading a value of one may run code.</param>
/// <param name="Inexact">The types of those, from 1, to which a key may be rounded before it is compared.</param>
internal sealed record ParametersSaid(IReadOnlyList<uint> Own, IReadOnlyDictionary<int, uint> Inexact)
{
    private static readonly ParametersSaid Nothing = new([], FrozenDictionary<int, uint>.Empty);

    /// <summary>What the text means without it holds with it: no row count rests on a key that a parameter rounds.</summary>
    public bool LeavesAsIs(Translation known) =>
        Own.Count == 0
        && !known.KeyParameters.Any(key =>
            Inexact.TryGetValue(key.Number, out var type) && KeyParameter.IsRounded(key.Column, type)
        );

    public static ParametersSaid Of(ReadOnlySpan<byte> body)
    {
        if (!ParseMessage.TryRead(body, out var message) || message.ParameterTypeCount == 0)
        {
            return Nothing;
        }

        List<uint>? own = null;
        Dictionary<int, uint>? inexact = null;
        for (var at = 0; at < message.ParameterTypeCount; at++)
        {
            var type = message.ParameterType(at);
            if (type != 0 && !new Oid(type).IsBuiltIn)
            {
                (own ??= []).Add(type);
            }
            else if (KeyParameter.MayRound(type))
            {
                (inexact ??= []).Add(at + 1, type);
            }
        }

        return own is null && inexact is null ? Nothing : new(own ?? [], inexact ?? Nothing.Inexact);
    }
}
