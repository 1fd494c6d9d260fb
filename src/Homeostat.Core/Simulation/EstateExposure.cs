using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

/// <summary>How far resources are open, as the estate is known.</summary>
public static class EstateExposure
{
    /// <summary>Principals weighted by what they may do, and the declared limit; both empty for what nobody has seen.</summary>
    public static (double Extent, int? Limit) ExposureOf(this EstateSnapshot estate, ResourceId id)
    {
        var node = estate.Find(id);
        if (node < 0)
        {
            return (0, null);
        }

        var limit = estate.Tables.Details[node].ExposureLimit;
        return (Exposure.Of(estate, node, []), limit < 0 ? null : limit);
    }
}
