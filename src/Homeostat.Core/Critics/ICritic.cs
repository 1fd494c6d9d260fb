using Homeostat.Core.Actions;
using Homeostat.Core.Leases;

namespace Homeostat.Core.Critics;

/// <summary>
/// An independent review of one request. It may only tighten. A deterministic critic is pure and total: it must pass
/// <c>CriticContract</c> (deterministic, never throws, more effects never loosen).
/// </summary>
public interface ICritic
{
    /// <summary>The name that stands in its findings.</summary>
    string Name { get; }

    /// <summary>What it found; empty where it has nothing against the request.</summary>
    IReadOnlyList<Finding> Review(CaseFile file);
}

/// <summary>The deterministic critics, always on.</summary>
public sealed class CriticPanel
{
    public static CriticPanel Default { get; } = new([new PremiseCritic(), new IntentCritic(), new FreshnessCritic()]);

    private readonly ICritic[] _critics;

    public CriticPanel(IReadOnlyList<ICritic> critics) => _critics = [.. critics];

    /// <summary>Every critic reviews, whatever the others found.</summary>
    public void Review(CaseFile file, List<Finding> findings)
    {
        foreach (var critic in _critics)
        {
            findings.AddRange(critic.Review(file));
        }
    }
}
