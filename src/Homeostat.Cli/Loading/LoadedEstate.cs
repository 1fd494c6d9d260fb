using Homeostat.Core.Estate;
using Homeostat.Estates.Inference;
using Homeostat.Estates.Overlay;
using Homeostat.Estates.Terraform;

namespace Homeostat.Cli.Loading;

/// <summary>An estate read from files, with the overlay or the guesses in it.</summary>
internal sealed record LoadedEstate
{
    public required IReadOnlyList<TerraformFile> Files { get; init; }

    /// <summary>The overlay's path; null where there is none and <see cref="Guesses"/> stand in for it.</summary>
    public required string? OverlayPath { get; init; }

    public required EstateOverlay Overlay { get; init; }

    public required IReadOnlyList<Guess> Guesses { get; init; }

    /// <summary>What a person should look at: drift, selectors that match nothing.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    public required IReadOnlyList<EstateChange> Records { get; init; }

    public required EstateSnapshot Snapshot { get; init; }

    /// <summary>Every holder of a copy, by asset.</summary>
    public ILookup<AssetId, Relation.CopyOf> Copies { get; private init; } =
        Array.Empty<Relation.CopyOf>().ToLookup(copy => copy.Asset);

    /// <exception cref="EstateSourceException">The records contradict each other.</exception>
    public static LoadedEstate Of(
        IReadOnlyList<TerraformFile> files,
        (string Path, EstateOverlay Overlay)? overlay,
        IReadOnlyList<EstateChange> listing
    )
    {
        IReadOnlyList<Guess> guesses = [];
        IReadOnlyList<string> warnings = [];
        if (overlay is { } stated)
        {
            var overlaid = stated.Overlay.Apply(listing);
            (listing, warnings) = (overlaid.Changes, [.. overlaid.Warnings.Select(warning => warning.ToString())]);
        }
        else
        {
            var inferred = EstateInference.Apply(listing);
            (listing, guesses) = (inferred.Changes, inferred.Guesses);
        }

        var said = overlay?.Overlay ?? EstateOverlay.Empty;
        return new LoadedEstate
        {
            Files = files,
            OverlayPath = overlay?.Path,
            Overlay = said,
            Guesses = guesses,
            Warnings = [.. files.SelectMany(file => file.Warnings), .. warnings],
            Records = listing,
            Snapshot = Build(listing, said.ShelfLives),
            Copies = listing
                .OfType<EstateChange.Upsert>()
                .SelectMany(record => record.Relations)
                .OfType<Relation.CopyOf>()
                .ToLookup(copy => copy.Asset),
        };
    }

    private static EstateSnapshot Build(IReadOnlyList<EstateChange> listing, ShelfLives shelfLives)
    {
        var builder = new EstateBuilder(shelfLives);
        foreach (var change in listing)
        {
            builder.Add(change);
        }

        return builder.Build();
    }
}
