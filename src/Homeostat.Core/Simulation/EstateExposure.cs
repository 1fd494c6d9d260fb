using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

/// <summary>How far resources are open, as the estate is known.</summary>
public static class EstateExposure
{
    /// <summary>The extent in the terms of <see cref="Resource.ExposureLimit"/>; null where nobody declared a limit.</summary>
    public static (long Extent, int Limit)? ExposureOf(this EstateSnapshot estate, ResourceId id)
    {
        var node = estate.Find(id);
        if (node < 0 || estate.Tables.Details[node].ExposureLimit < 0)
        {
            return null;
        }

        var world = new WorldState();
        world.Start(estate);
        return (world.ExposureOf(node).Now, estate.Tables.Details[node].ExposureLimit);
    }
}
