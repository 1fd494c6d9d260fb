namespace Homeostat.Estates.Terraform;

/// <summary>The four kinds of file that Terraform and OpenTofu write about an estate.</summary>
public enum TerraformFormat
{
    /// <summary>A raw state of Terraform 0.7 to 0.11.</summary>
    StateV3,

    /// <summary>A raw state of Terraform 0.12 and later, and of OpenTofu.</summary>
    StateV4,

    /// <summary>What <c>terraform show -json</c> writes of a state.</summary>
    ShowState,

    /// <summary>What <c>terraform show -json PLANFILE</c> writes of a plan.</summary>
    Plan,
}

/// <summary>What a caller knows about a file that the file itself does not say.</summary>
public sealed record TerraformOptions
{
    public static TerraformOptions Default { get; } = new();

    /// <summary>When the file's content was true; a plan's own timestamp is used where this is null.</summary>
    public DateTimeOffset? ObservedAt { get; init; }

    /// <summary>
    /// The state that a plan is said to have been made from; another one is refused. The plan's own prior state, which
    /// is the same estate looked at again while planning, then gives the values.
    /// </summary>
    public string? StatePath { get; init; }

    /// <summary>How often a watched file is looked at again; more than zero.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(5);
}
