using System.CommandLine;
using System.Text;
using Homeostat.Core.Estate;
using Homeostat.Estates.Inference;
using Homeostat.Estates.Overlay;
using Homeostat.Estates.Terraform;

namespace Homeostat.Cli.Commands;

/// <summary>Writes a first overlay from what can be guessed of Terraform's files.</summary>
internal static class InitCommand
{
    private const string StatePattern = "*.tfstate";

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = $"plans (terraform show -json) and states; by default the {StatePattern} here",
        };
        var output = new Option<string>("--output")
        {
            HelpName = "FILE",
            Description = "where the overlay goes",
            DefaultValueFactory = _ => OverlayFile.DefaultName,
        };
        var force = new Option<bool>("--force") { Description = "replace the file where there is one" };
        var command = new Command("init", "write a first homeostat.yaml from what can be guessed of the estate")
        {
            files,
            output,
            force,
        };
        command.SetAction(parsed =>
            Run(
                parsed.GetValue(files) ?? [],
                parsed.GetValue(output)!,
                parsed.GetValue(force),
                parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error
            )
        );
        return command;
    }

    private static int Run(string[] files, string output, bool force, TextWriter answer, TextWriter error)
    {
        try
        {
            var paths = files.Length > 0 ? files : StatesHere();
            RefuseToReplace(output, force);
            var listing = Load(paths);
            var inferred = EstateInference.Apply(listing);
            var text = FirstOverlay.Write(listing, inferred, string.Join(", ", paths.Select(Path.GetFileName)));
            Check(text, output, listing);
            Write(text, output, force);
            InitSummary.Print(answer, output, paths, listing, inferred);
            return ExitCode.Allow;
        }
        catch (EstateSourceException refusal)
        {
            foreach (var line in refusal.Message.Split('\n'))
            {
                error.WriteLine($"homeostat: {InitSummary.Plain(line)}");
            }

            return ExitCode.BadInput;
        }
    }

    private static List<EstateChange> Load(IReadOnlyList<string> paths)
    {
        var listing = new List<EstateChange>();
        var seen = new Dictionary<ResourceId, string>();
        foreach (var path in paths)
        {
            var records = TerraformFile.Load(path).Records;
            foreach (var id in records.OfType<EstateChange.Upsert>().Select(record => record.Resource.Id))
            {
                if (!seen.TryAdd(id, path))
                {
                    throw new EstateSourceException(
                        $"{path}: {id} is in {seen[id]} too; write one overlay for each estate: homeostat init FILE --output OVERLAY"
                    );
                }
            }

            listing.AddRange(records);
        }

        return listing;
    }

    /// <summary>What is written must be read back and must fit the estate; anything else is a fault of this command.</summary>
    private static void Check(string text, string output, List<EstateChange> listing)
    {
        if (Encoding.UTF8.GetByteCount(text) > OverlayLimits.MaxFileBytes)
        {
            throw new EstateSourceException(
                $"{output}: the overlay of {listing.Count} records would exceed {OverlayLimits.MaxFileBytes} bytes; give fewer files"
            );
        }

        var reading = OverlayFile.Parse(text, output);
        if (reading.Overlay is not { } overlay)
        {
            throw new InvalidOperationException($"the overlay that was made cannot be read: {reading.Errors[0]}");
        }

        overlay.Apply(listing);
    }

    private static void RefuseToReplace(string output, bool force)
    {
        if (!force && File.Exists(output))
        {
            throw Replacing(output);
        }
    }

    private static EstateSourceException Replacing(string output) =>
        new($"{output}: the file is there already; write elsewhere with --output, or replace it with --force");

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

    private static string[] StatesHere()
    {
        string[] states =
        [
            .. Directory
                .EnumerateFiles(".", StatePattern)
                .Select(path => Path.GetFileName(path))
                .Order(StringComparer.Ordinal),
        ];
        return states.Length > 0
            ? states
            : throw new EstateSourceException(
                $"no file was given, and there is no {StatePattern} in the current folder; "
                    + "give a state, or a plan made with: terraform show -json tfplan > plan.json"
            );
    }
}
