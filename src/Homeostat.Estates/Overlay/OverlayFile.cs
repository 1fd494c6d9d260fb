using System.Text;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Overlay;

/// <summary>The result of reading an overlay: the overlay, or everything that is wrong with it.</summary>
/// <param name="Overlay">Null exactly when there are errors.</param>
public sealed record OverlayReading(EstateOverlay? Overlay, IReadOnlyList<OverlayError> Errors);

/// <summary>Reads <c>homeostat.yaml</c>.</summary>
public static class OverlayFile
{
    public const string DefaultName = "homeostat.yaml";

    private const int Version = 1;

    /// <exception cref="EstateSourceException">The file cannot be read or is not valid; the message lists every error.</exception>
    public static EstateOverlay Load(string path)
    {
        var reading = Parse(ReadText(path), path);
        return reading.Overlay ?? throw new EstateSourceException(OverlayError.Describe(reading.Errors));
    }

    /// <summary>Reads the text of an overlay; whatever it is, the answer is an overlay or errors.</summary>
    /// <param name="file">The name that the errors carry.</param>
    public static OverlayReading Parse(string text, string file)
    {
        var errors = new List<OverlayError>();
        void Refuse(Place place, string message) => errors.Add(new OverlayError(file, place, message));

        var overlay = text.Length > OverlayLimits.MaxFileBytes ? null : Read(text, file, Refuse);
        if (overlay is null && errors.Count == 0)
        {
            Refuse(
                new Place(1, 1, ""),
                $"the file has more than {OverlayLimits.MaxFileBytes} bytes; split it by estate"
            );
        }

        errors.Sort(
            (left, right) => (left.Place.Line, left.Place.Column).CompareTo((right.Place.Line, right.Place.Column))
        );
        return new OverlayReading(errors.Count == 0 ? overlay : null, errors);
    }

    private static EstateOverlay? Read(string text, string file, Action<Place, string> refuse)
    {
        switch (new YamlTree(text, refuse).Read())
        {
            case null:
                return null;
            case YamlMap map:
                return Read(new Section(map, OverlayKeys.Root, refuse), file);
            case { } other:
                refuse(other.Place, "the top level is a mapping; it begins with `version: 1`");
                return null;
        }
    }

    private static EstateOverlay Read(Section root, string file)
    {
        CheckVersion(root);
        var overlay = new EstateOverlay
        {
            File = file,
            Defaults = SettingsReader.ReadDefaults(root),
            Modes = SettingsReader.ReadModes(root),
            Services =
            [
                .. root.Children("services", OverlayKeys.Service).Select(ServiceReader.Read).OfType<DeclaredService>(),
            ],
            Resources =
            [
                .. root.Children("resources", OverlayKeys.Resource)
                    .Select(ResourceReader.Read)
                    .OfType<DeclaredResource>(),
            ],
            Assets = [.. root.Children("assets", OverlayKeys.Asset).Select(AssetReader.Read).OfType<DeclaredAsset>()],
            Restores =
            [
                .. root.Children("restores", OverlayKeys.Restore)
                    .Select(AssetReader.ReadRestore)
                    .OfType<TestedRestore>(),
            ],
            Freezes =
            [
                .. root.Children("freezes", OverlayKeys.Freeze).Select(FreezeReader.Read).OfType<DeclaredFreeze>(),
            ],
            Review = SettingsReader.ReadReview(root),
            ShelfLives = SettingsReader.ReadShelfLives(root),
            Stress = SettingsReader.ReadStress(root),
        };
        Distinct.Names(root, "services", overlay.Services, service => (service.Id.Value, service.Place));
        Distinct.Names(root, "assets", overlay.Assets, asset => (asset.Id.Value, asset.Place));
        Distinct.Names(root, "freezes", overlay.Freezes, freeze => (freeze.Name, freeze.Place));
        return overlay;
    }

    private static void CheckVersion(Section root)
    {
        if (!root.Has("version"))
        {
            root.Refuse($"version is missing; begin the file with `version: {Version}`");
        }

        root.Integer("version", Version, Version);
    }

    private static string ReadText(string path)
    {
        try
        {
            if (new FileInfo(path).Length > OverlayLimits.MaxFileBytes)
            {
                throw new EstateSourceException(
                    $"{path}:1:1: the file has more than {OverlayLimits.MaxFileBytes} bytes; split it by estate"
                );
            }

            return File.ReadAllText(
                path,
                new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)
            );
        }
        catch (DecoderFallbackException error)
        {
            throw new EstateSourceException($"{path}:1:1: the file is not UTF-8; save it as UTF-8", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new EstateSourceException($"{path}: the file cannot be read: {error.Message}", error);
        }
    }
}
