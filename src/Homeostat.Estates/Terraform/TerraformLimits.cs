namespace Homeostat.Estates.Terraform;

/// <summary>Every size, depth and count that the Terraform source accepts; what exceeds one is refused, never truncated.</summary>
public static class TerraformLimits
{
    /// <summary>Largest file that is read, in bytes.</summary>
    public const int MaxFileBytes = 1 << 30;

    /// <summary>Deepest nesting of a file; Terraform's own files stay below 40.</summary>
    public const int MaxDepth = 256;

    /// <summary>Deepest nesting of modules inside modules.</summary>
    public const int MaxModuleDepth = 64;

    /// <summary>Longest attribute text that is searched for JSON inside it, in UTF-16 units.</summary>
    public const int MaxEmbeddedJson = 1 << 20;

    /// <summary>Deepest nesting of JSON inside an attribute.</summary>
    public const int MaxEmbeddedDepth = 64;

    /// <summary>Most needs of one file; only references that no value narrows down come near it.</summary>
    public const int MaxNeeds = 20_000_000;

    /// <summary>Variables, outputs and data sources between a reference and the resource that it ends at.</summary>
    public const int MaxReferenceHops = 64;

    /// <summary>Differences that an error lists one by one; the rest are counted.</summary>
    public const int MaxListedDifferences = 20;

    /// <summary>Warnings that are kept one by one; the rest are counted.</summary>
    public const int MaxWarnings = 100;
}
