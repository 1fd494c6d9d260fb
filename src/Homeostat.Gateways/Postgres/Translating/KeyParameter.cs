using System.Collections.Frozen;
using Homeostat.Gateways.Postgres.Catalogue;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>A parameter that a row count may rest on: a key is compared with it.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Column">The type of the key.</param>
internal readonly record struct KeyParameter(int Number, Oid Column)
{
    private const uint TimestampTz = 1184;

    /// <summary>float4, float8 and bpchar: several bigints or numerics are one float, and blanks after a varchar go.</summary>
    private static readonly FrozenSet<uint> Rounding = FrozenSet.Create(700u, 701u, 1042u);

    /// <summary>Are there keys of which several equal one value of the type?</summary>
    public static bool MayRound(uint type) => Rounding.Contains(type) || type == TimestampTz;

    /// <summary>
    /// May several keys of the column's type equal one value of the parameter's? Times of a clock are, where it is put forward: those
    /// that it skips are the same moment as others. A moment is compared with a moment as it is.
    /// </summary>
    public static bool IsRounded(Oid column, uint parameter) =>
        Rounding.Contains(parameter) || (parameter == TimestampTz && column.Value != TimestampTz);
}
