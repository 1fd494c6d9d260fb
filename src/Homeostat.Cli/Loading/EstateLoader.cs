using Homeostat.Cli.Running;
using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;
using Homeostat.Estates.Terraform;

namespace Homeostat.Cli.Loading;

/// <summary>Which files make up the estate, and what a person says of their age.</summary>
/// <param name="Paths">Plans and states; empty = the states in the current folder.</param>
/// <param name="ConfigPath">The overlay; null = <c>homeostat.yaml</c> beside the first file, or in the current folder.</param>
/// <param name="ObservedAt">When the files' content was true, where they do not say so themselves.</param>
internal sealed record EstateSelection(IReadOnlyList<string> Paths, string? ConfigPath, DateTimeOffset? ObservedAt);

/// <summary>Reads the files that an estate is made of.</summary>
internal static class EstateLoader
{
    private const string StatePattern = "*.tfstate";

    /// <exception cref="EstateSourceException">A file cannot be read or is not valid; the message says where and what would be right.</exception>
    public static LoadedEstate Load(EstateSelection selection, Terminal terminal)
    {
        var files = LoadFiles(selection.Paths, selection.ObservedAt, terminal);
        var overlay = LoadOverlay(selection.ConfigPath, files[0].Path);
        using (terminal.During("building the model"))
        {
            return LoadedEstate.Of(files, overlay, [.. files.SelectMany(file => file.Records)]);
        }
    }

    /// <summary>The files, at least one: those in the current folder where none is named.</summary>
    /// <exception cref="EstateSourceException">As of <see cref="Load"/>.</exception>
    public static IReadOnlyList<TerraformFile> LoadFiles(
        IReadOnlyList<string> paths,
        DateTimeOffset? observedAt,
        Terminal terminal
    )
    {
        var files = new List<TerraformFile>();
        foreach (var path in paths.Count > 0 ? paths : StatesHere())
        {
            files.Add(LoadFile(path, new TerraformOptions { ObservedAt = observedAt }, terminal));
        }

        return files;
    }

    /// <summary>The estate that a plan was made against.</summary>
    /// <exception cref="EstateSourceException">As of <see cref="Load"/>; also when the state is not the plan's.</exception>
    public static (LoadedEstate Estate, TerraformPlan Plan) LoadPlan(
        string planPath,
        string? statePath,
        EstateSelection selection,
        Terminal terminal
    )
    {
        var options = new TerraformOptions { ObservedAt = selection.ObservedAt, StatePath = statePath };
        var file = LoadFile(planPath, options, terminal);
        if (file.Plan is not { } plan)
        {
            throw new EstateSourceException(
                $"{planPath}: this is a state, which proposes nothing; "
                    + "give a plan: terraform plan -out=tfplan && terraform show -json tfplan > plan.json"
            );
        }

        var overlay = LoadOverlay(selection.ConfigPath, planPath);
        using (terminal.During("building the model"))
        {
            return (LoadedEstate.Of([file], overlay, file.Records), plan);
        }
    }

    private static TerraformFile LoadFile(string path, TerraformOptions options, Terminal terminal)
    {
        RefuseMissing(path);
        if (options.StatePath is { } state)
        {
            RefuseMissing(state);
        }

        using (terminal.During($"reading {path}"))
        {
            return TerraformFile.Load(path, options);
        }
    }

    private static (string, EstateOverlay)? LoadOverlay(string? stated, string firstFile)
    {
        if (stated is not null)
        {
            RefuseMissing(stated);
            return (stated, OverlayFile.Load(stated));
        }

        var beside = Path.Combine(Path.GetDirectoryName(firstFile) ?? "", OverlayFile.DefaultName);
        string[] places = [beside, OverlayFile.DefaultName];
        return Array.Find(places, File.Exists) is { } found ? (found, OverlayFile.Load(found)) : null;
    }

    private static void RefuseMissing(string path)
    {
        if (Directory.Exists(path))
        {
            throw new EstateSourceException($"{path}: this is a folder; give the file itself");
        }

        if (!File.Exists(path))
        {
            throw new EstateSourceException($"{path}: there is no such file; check the path");
        }
    }

    private static string[] StatesHere()
    {
        string[] states =
        [
            .. Directory.EnumerateFiles(".", StatePattern).Select(Path.GetFileName).Order(StringComparer.Ordinal)!,
        ];
        return states.Length > 0
            ? states
            : throw new EstateSourceException(
                $"no file was given, and there is no {StatePattern} in the current folder; "
                    + "give a state, or a plan made with: terraform show -json tfplan > plan.json"
            );
    }
}
