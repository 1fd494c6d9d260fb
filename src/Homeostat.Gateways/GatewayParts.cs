using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Microsoft.Extensions.Logging;

namespace Homeostat.Gateways;

/// <summary>A permit whose statement is over.</summary>
/// <param name="Claim">What the server said of it; it settles nothing by itself.</param>
public sealed record FinishedPermit(PermitId Permit, string Claim);

/// <summary>What the service gives a gateway.</summary>
public sealed record GatewayParts
{
    public required Decider Decider { get; init; }

    public required MemoryLeaseBook Leases { get; init; }

    /// <summary>The newest snapshot, or null while there is none.</summary>
    public required Func<EstateSnapshot?> Estate { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>Takes permits whose statements are over; it is called again with those for which it failed.</summary>
    public required Func<IReadOnlyList<FinishedPermit>, Task> SettleAsync { get; init; }

    public required ILoggerFactory Loggers { get; init; }
}
