using Homeostat.Core.Estate;

namespace Homeostat.Cli.Loading;

/// <summary>Stands in for an overlay that nobody wrote.</summary>
internal static class Guessing
{
    public static (IReadOnlyList<EstateChange> Listing, IReadOnlyList<GuessedValue> Guesses) Complete(
        IReadOnlyList<EstateChange> listing
    ) => (listing, []);
}
