using Homeostat.Client.Contract;
using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;

namespace Homeostat.Cli.Doctoring;

/// <summary>Whether what people said of the estate is what the service goes by, and still counts.</summary>
internal static class Overlays
{
    private const string Name = "overlay";

    /// <param name="loaded">What the service says of it; null where none was asked.</param>
    public static IEnumerable<Check> Run(string? file, OverlayState? loaded, DateTimeOffset now)
    {
        if (file is null)
        {
            yield return Check.Good(Name, "there is none");
            yield break;
        }

        if (loaded is { Problem: { } problem })
        {
            yield return Check.Fail(
                Name,
                $"{file} is refused, and the one of {loaded.LoadedAt:u} still holds: {problem}",
                "correct the file; it is read again by itself"
            );
            yield break;
        }

        if (
            loaded is not null
            && new DateTimeOffset(File.GetLastWriteTimeUtc(file)) is var written
            && written > loaded.LoadedAt + Limits.OverlayDelay
            && now > written + Limits.OverlayDelay
        )
        {
            yield return Check.Fail(
                Name,
                $"{file} is of {written:u}, what holds was loaded at {loaded.LoadedAt:u}",
                "touch the file or restart the service, and look at GET /v1/reports"
            );
            yield break;
        }

        foreach (var check in OfContent(file, now))
        {
            yield return check;
        }
    }

    private static IEnumerable<Check> OfContent(string file, DateTimeOffset now)
    {
        EstateOverlay overlay;
        string? problem = null;
        try
        {
            overlay = OverlayFile.Load(file);
        }
        catch (EstateSourceException error)
        {
            (overlay, problem) = (EstateOverlay.Empty, error.Message);
        }

        if (problem is not null)
        {
            yield return Check.Fail(Name, problem, "correct the file");
            yield break;
        }

        yield return Check.Good(Name, $"{file} is valid");
        var life = overlay.ShelfLives.RestoreTest;
        var tests = overlay
            .Restores.Select(test =>
                (What: test.Holder?.Value ?? test.Asset?.Value ?? "", At: (DateTimeOffset?)test.TestedAt)
            )
            .Concat(
                overlay
                    .Assets.SelectMany(asset => asset.Copies)
                    .Select(copy => (What: copy.Holder.Value, At: copy.RestoreTestedAt))
            );
        foreach (var (what, at) in tests.Where(test => now - test.At > life))
        {
            yield return Check.Advise(
                "restore",
                $"the restore of {what} was tested {(now - at!.Value).TotalDays:0} days ago, and a test counts for {life.TotalDays:0}",
                "restore from it, look at the result, and write the day into the overlay"
            );
        }
    }
}
