namespace Homeostat.Core;

/// <summary>Every size, depth and count that Core accepts; what exceeds one is refused, never truncated.</summary>
public static class Limits
{
    /// <summary>Longest resource or asset id, in UTF-16 units.</summary>
    public const int MaxIdLength = 2048;

    /// <summary>Longest name of a database's catalogue that goes into a resource id as it is, in characters.</summary>
    public const int MaxNameInId = 512;

    /// <summary>Most resources of one snapshot; indexes are 32-bit with room for a delta.</summary>
    public const int MaxResources = 16_000_000;

    /// <summary>Most units a resource may declare; ⌊cap · supply / k⌋ stays inside 64 bits.</summary>
    public const int MaxCapacity = 1_000_000;

    /// <summary>Most lethal variables that the findings of one decision name; the others are counted.</summary>
    public const int LethalFindings = 8;

    /// <summary>Most effects in one request.</summary>
    public const int MaxEffects = 10_000;

    /// <summary>Most premises in one request.</summary>
    public const int MaxPremises = 256;

    /// <summary>Unknown facts that are enumerated exactly; beyond it the two extreme worlds and a sound bound decide.</summary>
    public const int MaxEnumeratedUnknowns = 6;

    /// <summary>Committed futures that are enumerated subset by subset; beyond it a sound bound decides.</summary>
    public const int MaxEnumeratedFutures = 5;

    /// <summary>Resources whose support is searched for stale evidence; beyond it the support as a whole is one unknown.</summary>
    public const int MaxStaleSearch = 512;

    /// <summary>Copies of one data asset whose exact hitting set is computed; beyond it a lower bound is used.</summary>
    public const int MaxCopies = 64;

    /// <summary>Largest durability that an asset may ask for; the search for a hitting set grows with its power.</summary>
    public const int MaxDurability = 6;

    /// <summary>Leases above one another, from a root to the last child.</summary>
    public const int MaxLineage = 32;

    /// <summary>Leases that a book keeps, those that ended included.</summary>
    public const int MaxLeases = 1_000_000;

    /// <summary>Resources that are compared with the prediction after a permit was used.</summary>
    public const int MaxExpectations = 32;

    /// <summary>Targets a delegated principal's grants are expanded to; beyond it the effect is unknown.</summary>
    public const int MaxDelegatedTargets = 256;

    /// <summary>Resources that lean on what a request names, followed to tell whether all of them are only observed; beyond it it is enforced.</summary>
    public const int MaxObservedReach = 10_000;

    /// <summary>Rows whose loss at once is ordinary writing where a cone lends as many; more is a loss without a way back.</summary>
    public const long MaxLentRows = 1_000_000;

    /// <summary>Permitted reads that wait to be written down; one more is refused.</summary>
    public const int MaxWaitingReads = 65_536;

    /// <summary>How long a permitted read waits to be written down; the append comes on top.</summary>
    public static readonly TimeSpan ReadsWait = TimeSpan.FromMilliseconds(25);

    /// <summary>Resources that are looked at again for one deferred decision.</summary>
    public const int MaxLookedAt = 100;

    /// <summary>Times a decision is made again because another permit was granted meanwhile.</summary>
    public const int MaxDecisionAttempts = 16;
}
