namespace Homeostat.Core.Estate;

/// <summary>One change that a source saw. Saying the same thing again is harmless.</summary>
public abstract record EstateChange
{
    private EstateChange() { }

    /// <summary>
    /// The resource as it is now with every relation that its record carries; what an earlier record of the same id
    /// carried is replaced whole. Records of containers may come after those of their contents.
    /// </summary>
    public sealed record Upsert(Resource Resource, IReadOnlyList<Relation> Relations) : EstateChange;

    /// <summary>The source looked, and it is gone.</summary>
    public sealed record Remove(ResourceId Id, Provenance Seen) : EstateChange;

    /// <summary>What an asset's setpoint asks.</summary>
    public sealed record Asset(DataAsset Declared) : EstateChange;
}

/// <summary>Several changes that belong together; a reader sees all of them or none.</summary>
/// <param name="IsFullListing">What is not in it does not exist (as far as this source can see).</param>
public sealed record EstateBatch(IReadOnlyList<EstateChange> Changes, bool IsFullListing);

/// <summary>A source of what is there. It must pass <c>EstateContract</c>: replay of changes = one full listing, repeats harmless.</summary>
public interface IEstateSource
{
    /// <summary>The name that stands in the provenance of what it says.</summary>
    string Name { get; }

    /// <summary>A full listing first, then changes as they are seen; ends when the source cannot change any more.</summary>
    /// <exception cref="EstateSourceException">The source cannot be read; the message names the place and the remedy.</exception>
    IAsyncEnumerable<EstateBatch> WatchAsync(CancellationToken cancellationToken);

    /// <summary>Looks again, now, at just these; what it cannot see is left out of the answer, never invented.</summary>
    /// <exception cref="EstateSourceException">The source cannot be read; the message names the place and the remedy.</exception>
    ValueTask<EstateBatch> ObserveAsync(IReadOnlyCollection<ResourceId> ids, CancellationToken cancellationToken);
}

/// <summary>A source cannot be read or contradicts itself; the message is for the person who must act.</summary>
public sealed class EstateSourceException(string message, Exception? inner = null) : Exception(message, inner);
