namespace Homeostat.Core.Homeostasis;

/// <summary>
/// Stress in whole billionths: sums do not depend on the order in which they are made, and a budget of 0.3 pays three
/// times 0.1.
/// </summary>
internal static class Amount
{
    private const double One = 1e9;

    /// <summary>Clamped to ± one billion; what is not a number is the most.</summary>
    public static long Of(double stress) =>
        double.IsNaN(stress) ? long.MaxValue / 4 : (long)Math.Round(Math.Clamp(stress, -One, One) * One);

    public static double ToDouble(long billionths) => billionths / One;
}
