using Homeostat.Core.Estate;

namespace Homeostat.Core.Actions;

/// <summary>What one test of a decision found.</summary>
/// <param name="Test">The test's name: <c>light-cone</c>, <c>homeostasis.lethal</c>, <c>critic.freshness</c>.</param>
/// <param name="AtMost">The most that this finding would allow.</param>
/// <param name="Reason">What would happen and why that matters, for the person who must act.</param>
public sealed record Finding(string Test, Verdict AtMost, string Reason)
{
    /// <summary>From the touched resource to the essential variable that it breaks, both included.</summary>
    public IReadOnlyList<string> Path { get; init; } = [];

    /// <summary>The age of the oldest evidence that the finding rests on; null when there is none or its time is unknown.</summary>
    public TimeSpan? EvidenceAge { get; init; }

    /// <summary>The resources whose evidence would settle it; only where looking again can help.</summary>
    public IReadOnlyList<ResourceId> LookAt { get; init; } = [];

    /// <summary>What would be accepted instead, where that is known.</summary>
    public string? Remedy { get; init; }
}
