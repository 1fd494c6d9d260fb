using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Leases;

/// <summary>Everything that the tests and the critics of one request look at: the same for all of them.</summary>
public sealed record CaseFile
{
    public required ActionRequest Request { get; init; }

    /// <summary>The lease with its ancestors, and what they can still pay.</summary>
    public required LeaseBalance Balance { get; init; }

    public required EstateSnapshot Estate { get; init; }

    public required Consequences Consequences { get; init; }

    public required Assessment Assessment { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>The facts that matter have been looked at again since the request was first deferred.</summary>
    public bool HasLooked { get; init; }
}
