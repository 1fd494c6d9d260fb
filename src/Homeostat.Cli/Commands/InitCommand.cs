using System.CommandLine;
using System.Text;
using Homeostat.Cli.Loading;
using Homeostat.Cli.Running;
using Homeostat.Core.Estate;
using Homeostat.Estates.Inference;
using Homeostat.Estates.Overlay;
using Homeostat.Estates.Terraform;

namespace Homeostat.Cli.Commands;

/// <summary><c>homeostat init</c>: writes a first overlay from what can be guessed of Terraform's files.</summary>
internal static class InitCommand
{
    public static Command Create()
    {
        var files = SharedOptions.Files();
        var output = new Option<string?>("--output")
        {
            HelpName = "FILE",
            Description = "where the overlay goes; by default homeostat.yaml beside the first file",
        };
        var force = new Option<bool>("--force") { Description = "replace the file where there is one" };
        var command = new Command("init", "write a first homeostat.yaml from what can be guessed of the estate")
        {
            files,
            output,
            force,
        };
        command.SetAction(parsed =>
        {
            var paths = parsed.GetValue(files) ?? [];
            Run(
                paths,
                parsed.GetValue(output) ?? (paths.Length > 0 ? BesideOf(paths[0]) : OverlayFile.DefaultName),
                parsed.GetValue(force),
                Terminal.Of(parsed)
            );
            return ExitCode.Allow;
        });
        return command;
    }

    /// <summary>Where a review of the file looks first.</summary>
    public static string BesideOf(string file) =>
        Path.Combine(Path.GetDirectoryName(file) ?? "", OverlayFile.DefaultName);

    private static void Run(string[] paths, string output, bool force, Terminal terminal)
    {
        if (!force && File.Exists(output))
        {
            throw Replacing(output);
        }

        var files = EstateLoader.LoadFiles(paths, observedAt: null, terminal);
        var listing = Join(files);
        var inferred = EstateInference.Apply(listing);
        var text = FirstOverlay.Write(listing, inferred, string.Join(", ", files.Select(NameOf)));
        Check(text, output, listing);
        Write(text, output, force);
        InitSummary.Print(terminal.Output, output, files[0].Path, listing, inferred);
    }

    private static string? NameOf(TerraformFile file) => Path.GetFileName(file.Path);

    private static List<EstateChange> Join(IReadOnlyList<TerraformFile> files)
    {
        var listing = new List<EstateChange>();
        var seen = new Dictionary<ResourceId, string>();
        foreach (var file in files)
        {
            foreach (var id in file.Records.OfType<EstateChange.Upsert>().Select(record => record.Resource.Id))
            {
                if (!seen.TryAdd(id, file.Path))
                {
                    throw new EstateSourceException(
                        $"{file.Path}: {id} is in {seen[id]} too; "
                            + $"write one overlay for each estate: {CalledAs.Name} init FILE --output OVERLAY"
                    );
                }
            }

            listing.AddRange(file.Records);
        }

        return listing;
    }

    /// <summary>What is written must be read back and must fit the estate; anything else is a fault of this command.</summary>
    private static void Check(string text, string output, List<EstateChange> listing)
    {
        if (Encoding.UTF8.GetByteCount(text) > OverlayLimits.MaxFileBytes)
        {
            throw new EstateSourceException(
                $"{output}: the overlay of {listing.Count} records would exceed {OverlayLimits.MaxFileBytes} bytes; "
                    + "give fewer files"
            );
        }

        var reading = OverlayFile.Parse(text, output);
        if (reading.Overlay is not { } overlay)
        {
            throw new InvalidOperationException($"the overlay that was made cannot be read: {reading.Errors[0]}");
        }

        overlay.Apply(listing);
    }

    private static void Write(string text, string output, bool force)
    {
        try
        {
            // Without --force the file system itself refuses a file that came to be since we looked.
            using var file = new FileStream(output, force ? FileMode.Create : FileMode.CreateNew, FileAccess.Write);
            file.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (IOException) when (!force && File.Exists(output))
        {
            throw Replacing(output);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new EstateSourceException($"{output}: the file cannot be written: {failure.Message}", failure);
        }
    }

    private static UsageException Replacing(string output) =>
        new($"{output}: the file is there already; write elsewhere with --output, or replace it with --force");
}
