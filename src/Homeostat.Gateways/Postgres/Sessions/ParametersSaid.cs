using System.Collections.Frozen;
using Homeostat.Core.Actions;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Postgres.Translating;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>What a Parse message says of its parameters that can matter to what the statement does.</summary>
/// <param name="Own">Types that did not come with the server: reading a value of one may run code.</param>
/// <param name="Inexact">Parameters, from 1, of a type to which a key may be rounded before it is compared.</param>
internal sealed record ParametersSaid(IReadOnlyList<uint> Own, IReadOnlySet<int> Inexact)
{
    /// <summary>float4, float8 and bpchar: several bigints or numerics are one float, and blanks after a varchar go.</summary>
    private static readonly FrozenSet<uint> Rounding = FrozenSet.Create(700u, 701u, 1042u);

    private static readonly ParametersSaid Nothing = new([], FrozenSet<int>.Empty);

    /// <summary>What the text means without it holds with it: no row count rests on a key.</summary>
    public bool LeavesAsIs(Translation known) =>
        Own.Count == 0
        && (Inexact.Count == 0 || !known.Effects.Any(effect => effect is Effect.LoseData { Extent.Rows: not null }));

    /// <summary>The same by the statement alone: without WITH these count no rows.</summary>
    public bool LeavesAsIs(SyntaxNode statement) =>
        Own.Count == 0
        && (
            Inexact.Count == 0
            || (statement.Kind is "InsertStmt" or "SelectStmt" && statement.Node("withClause") is null)
        );

    public static ParametersSaid Of(ReadOnlySpan<byte> body)
    {
        if (!ParseMessage.TryRead(body, out var message) || message.ParameterTypeCount == 0)
        {
            return Nothing;
        }

        List<uint>? own = null;
        HashSet<int>? inexact = null;
        for (var at = 0; at < message.ParameterTypeCount; at++)
        {
            var type = message.ParameterType(at);
            if (type != 0 && !new Oid(type).IsBuiltIn)
            {
                (own ??= []).Add(type);
            }
            else if (Rounding.Contains(type))
            {
                (inexact ??= []).Add(at + 1);
            }
        }

        return own is null && inexact is null
            ? Nothing
            : new(own ?? [], inexact ?? (IReadOnlySet<int>)FrozenSet<int>.Empty);
    }
}
