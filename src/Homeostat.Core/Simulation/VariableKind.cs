namespace Homeostat.Core.Simulation;

/// <summary>What is measured of an estate to tell whether it is healthy.</summary>
public enum VariableKind : byte
{
    /// <summary>Of a service: working units / declared units.</summary>
    Availability = 0,

    /// <summary>Of a data asset: the fewest losses that take every copy.</summary>
    Durability = 1,

    /// <summary>Of a service with data: complete standbys and tested backups, summed.</summary>
    Recoverability = 2,

    /// <summary>Of a group of needed resources: working units beyond those needed.</summary>
    Headroom = 3,

    /// <summary>Of a guarded resource: the share of its guards that guard.</summary>
    GuardIntegrity = 4,

    /// <summary>Of a resource with a declared limit: principals that reach it / that limit.</summary>
    Exposure = 5,

    /// <summary>Of a budget: what is spent / its limit.</summary>
    Spend = 6,
}
