using System.Text.Json;

namespace Homeostat.Estates.Terraform;

/// <summary>One entry of a plan's <c>resource_changes</c> or <c>resource_drift</c>.</summary>
internal sealed record PlanChange
{
    public required string Address { get; init; }

    public required string Type { get; init; }

    public required string Provider { get; init; }

    /// <summary>Where the object stood before a <c>moved</c> block took effect.</summary>
    public string? PreviousAddress { get; init; }

    public string? Deposed { get; init; }

    public required IReadOnlyList<string> Actions { get; init; }

    public JsonElement? Before { get; init; }

    public JsonElement? After { get; init; }

    public JsonElement? AfterUnknown { get; init; }

    public JsonElement? BeforeSensitive { get; init; }

    public JsonElement? AfterSensitive { get; init; }

    /// <summary>Terraform's reason, as <c>replace_because_cannot_update</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>Why Terraform does not do it in this run; null when it does.</summary>
    public string? Deferred { get; init; }

    /// <summary>The object exists and is taken under management.</summary>
    public bool Imports { get; init; }

    public string Id => TerraformInstance.IdOf(Address, Deposed);

    public bool Is(params ReadOnlySpan<string> actions) => Actions.ToArray().AsSpan().SequenceEqual(actions);
}
