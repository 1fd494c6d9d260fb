using System.Runtime.CompilerServices;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Overlay;

/// <summary>
/// Another source with the overlay in it. The first listing must hold everything that the overlay names; what goes away
/// later stays needed.
/// </summary>
public sealed class OverlaySource(IEstateSource inner, EstateOverlay overlay) : IEstateSource
{
    private readonly OverlayLayer _layer = new(overlay);

    public string Name => $"{inner.Name} with {overlay.File}";

    /// <summary>What a person should look at, from the newest full listing.</summary>
    public IReadOnlyList<OverlayError> Warnings => _layer.Warnings;

    public async IAsyncEnumerable<EstateBatch> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in inner.WatchAsync(cancellationToken))
        {
            yield return _layer.Take(batch);
        }
    }

    public async ValueTask<EstateBatch> ObserveAsync(
        IReadOnlyCollection<ResourceId> ids,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        await EnsureListedAsync(cancellationToken);
        var asked = ids.Where(_layer.IsTheSources).ToList();
        var seen = await inner.ObserveAsync(asked, cancellationToken);
        return _layer.Answer(seen, ids);
    }

    /// <summary>Patterns select among what there is, so that something must have been listed before a look.</summary>
    private async Task EnsureListedAsync(CancellationToken cancellationToken)
    {
        if (_layer.IsListed)
        {
            return;
        }

        await foreach (var batch in inner.WatchAsync(cancellationToken))
        {
            _layer.Take(batch);
            return;
        }
    }
}
