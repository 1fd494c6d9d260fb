using Homeostat.Core.Estate;

namespace Homeostat.Estates.Terraform;

/// <summary>One state or plan, read whole: the estate that it shows and, of a plan, what it would do.</summary>
public sealed class TerraformFile
{
    private TerraformFile(string path, TerraformContent content, string sha256)
    {
        Path = path;
        Format = content.Format;
        Lineage = content.Lineage;
        Serial = content.Serial;
        TerraformVersion = content.TerraformVersion;
        Sha256 = sha256;
    }

    public string Path { get; }

    public TerraformFormat Format { get; }

    /// <summary>The state's identity over its whole life; only raw states have one.</summary>
    public string? Lineage { get; }

    /// <summary>Grows with each write of the state; only raw states have one.</summary>
    public long? Serial { get; }

    public string? TerraformVersion { get; }

    /// <summary>SHA-256 of the file in lower-case hexadecimal.</summary>
    public string Sha256 { get; }

    /// <summary>Who says so, and when it was true: the given time or the plan's own; never the file's.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>A full listing of the estate: one record for each managed instance, and for each pseudo resource.</summary>
    public required IReadOnlyList<EstateChange> Records { get; init; }

    /// <summary>What a reader of the result should know: drift, incomplete plans.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    internal IReadOnlyList<InstanceIdentity> Identities { get; private init; } = [];

    /// <summary>What the plan would do; null of a state.</summary>
    public TerraformPlan? Plan { get; private init; }

    /// <exception cref="EstateSourceException">The file cannot be read, is not valid, or was made from another state.</exception>
    public static TerraformFile Load(string path, TerraformOptions? options = null)
    {
        var settings = options ?? TerraformOptions.Default;
        using var document = TerraformDocument.Open(path);
        return FormatOf(document) == TerraformFormat.Plan
            ? LoadPlan(document, settings)
            : LoadState(document, ReadState(document), settings);
    }

    /// <summary>
    /// What tells this file's estate from another's, one line each: lineage and serial where both are raw states, the
    /// identity of each resource otherwise. Empty = they are the same.
    /// </summary>
    public IReadOnlyList<string> DifferencesFrom(TerraformFile other) => StateComparison.Differences(this, other);

    private static TerraformFile LoadState(
        TerraformDocument document,
        TerraformContent content,
        TerraformOptions options
    )
    {
        if (options.StatePath is not null)
        {
            throw document.Refuse(
                "the file",
                "a state needs no other state beside it",
                "give the state as the estate, or a plan together with the state"
            );
        }

        var provenance = ProvenanceOf(document, content, options);
        return new TerraformFile(document.Path, content, document.Sha256)
        {
            Identities = [.. content.Instances.Select(InstanceIdentity.Of)],
            Provenance = provenance,
            Records = EstateBuilder.Build(document, content.Instances, null, new Locations(null), provenance),
            Warnings = [.. content.Warnings, .. EstateBuilder.Warnings(content.Instances)],
        };
    }

    private static TerraformFile LoadPlan(TerraformDocument document, TerraformOptions options)
    {
        var plan = PlanReader.Read(document);
        var configuration = plan.Configuration is { } root ? new Configuration(root) : null;
        using var stateDocument = options.StatePath is { } statePath ? TerraformDocument.Open(statePath) : null;
        if (stateDocument is not null)
        {
            StateComparison.RefuseAnother(document, plan, stateDocument, ReadState(stateDocument).Instances);
        }

        var provenance = ProvenanceOf(document, plan.Prior, options);

        var records = EstateBuilder.Build(
            document,
            plan.Prior.Instances,
            configuration,
            new Locations(plan.Configuration),
            provenance
        );
        return new TerraformFile(document.Path, plan.Prior, document.Sha256)
        {
            Identities = [.. plan.Prior.Instances.Select(InstanceIdentity.Of)],
            Provenance = provenance,
            Records = records,
            Warnings = [.. plan.Prior.Warnings, .. EstateBuilder.Warnings(plan.Prior.Instances)],
            Plan = PlanBuilder.Build(document, plan, configuration, records),
        };
    }

    private static TerraformContent ReadState(TerraformDocument document) =>
        FormatOf(document) switch
        {
            TerraformFormat.StateV3 => StateV3Reader.Read(document),
            TerraformFormat.StateV4 => StateV4Reader.Read(document),
            TerraformFormat.ShowState => ShownReader.Read(document),
            _ => throw document.Refuse("the file", "this is a plan, and a state is needed here", Remedies.WhatIsRead),
        };

    private static TerraformFormat FormatOf(TerraformDocument document)
    {
        var root = document.Root;
        if (root.Member("version") is { } version)
        {
            return version.AsNumber() switch
            {
                3 => TerraformFormat.StateV3,
                4 => TerraformFormat.StateV4,
                _ => throw document.Refuse(
                    "version",
                    $"a raw state of version {version.GetRawText()} is not read",
                    "versions 3 and 4 are: let a newer Terraform write the state again"
                ),
            };
        }

        if (root.Text("format_version") is not { } format)
        {
            throw document.Refuse(
                "the top level",
                "there is neither a version nor a format_version",
                Remedies.WhatIsRead
            );
        }

        if (!format.StartsWith("0.", StringComparison.Ordinal) && !format.StartsWith("1.", StringComparison.Ordinal))
        {
            throw document.Refuse("format_version", $"version {format} is not read", "versions 0 and 1 are");
        }

        var isPlan = root.Member("resource_changes") ?? root.Member("planned_values") ?? root.Member("configuration");
        return isPlan is null ? TerraformFormat.ShowState : TerraformFormat.Plan;
    }

    private static Provenance ProvenanceOf(
        TerraformDocument document,
        TerraformContent content,
        TerraformOptions options
    ) => new($"terraform:{document.FileName}", options.ObservedAt ?? content.Timestamp);
}
