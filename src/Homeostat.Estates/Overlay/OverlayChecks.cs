using Homeostat.Core.Estate;
using Homeostat.Core.Leases;

namespace Homeostat.Estates.Overlay;

/// <summary>Finds what an overlay says of things that are not there.</summary>
internal sealed class OverlayChecks(EstateOverlay overlay, OverlayContext context)
{
    /// <param name="changes">The listing with the overlay in it.</param>
    /// <param name="unmatched">What was said of no resource at all.</param>
    public void Run(IReadOnlyList<EstateChange> changes, IEnumerable<DeclaredResource> unmatched)
    {
        var records = changes.OfType<EstateChange.Upsert>().ToList();
        CheckServices();
        CheckResources();
        foreach (var (selector, place) in unmatched.Select(declared => (declared.Match, declared.Place)))
        {
            WarnOfNothing(selector, place);
        }

        CheckAssets();
        CheckRestores(records);
        foreach (var freeze in overlay.Freezes)
        {
            if (
                freeze.Where is { } where
                && !records.Select(record => record.Resource).Any(new ResourceMatch(where).Matches)
            )
            {
                WarnOfNothing(where, freeze.Place);
            }
        }
    }

    private void CheckServices()
    {
        foreach (var service in overlay.Services)
        {
            if (context.Find(service.Id)?.Resource.Kind is { } kind && kind.Name != ServiceRecords.Kind)
            {
                context.Refuse(
                    service.Place,
                    $"{service.Id} is a {kind} already; give the service a name of its own, for example service:{service.Id}"
                );
            }
        }
    }

    private void CheckResources()
    {
        foreach (var declared in overlay.Resources)
        {
            if (declared.Id is { } id)
            {
                context.Require(id, declared.Place);
                if (declared.Kind is { } kind && context.Find(id)?.Resource.Kind is { } seen && seen != kind)
                {
                    context.Warn(
                        declared.Place,
                        $"the source says that {id} is a {seen}, and that holds; leave kind out"
                    );
                }
            }
        }
    }

    private void WarnOfNothing(Selector? selector, Place place)
    {
        if (selector is not null)
        {
            var nearest = selector.Ids is [var first, ..] ? context.NearestIds(first) : "";
            context.Warn(place, $"this selects no resource{nearest}");
        }
    }

    private void CheckAssets()
    {
        foreach (var asset in overlay.Assets)
        {
            if (!context.IsPatternOfAssets(asset.Id))
            {
                context.RequireAsset(asset.Id, asset.Place);
            }
            else if (!context.Covered(asset).Any())
            {
                context.Warn(asset.Place, $"no data matches {asset.Id}");
            }

            foreach (var copy in asset.Copies)
            {
                context.Require(copy.Holder, copy.Place);
            }
        }
    }

    private void CheckRestores(IReadOnlyList<EstateChange.Upsert> records)
    {
        var copies =
            overlay.Restores.Count == 0
                ? []
                : records.SelectMany(record => record.Relations).OfType<Relation.CopyOf>().ToList();
        foreach (var restore in overlay.Restores)
        {
            if (copies.Any(copy => OverlayApplication.Concerns(restore, copy)))
            {
                continue;
            }

            if (restore.Holder is { } holder)
            {
                context.Require(holder, restore.Place);
                var what = restore.Asset is { } asset ? $"a copy of {asset}" : "a copy of anything";
                context.Refuse(restore.Place, $"{holder} does not keep {what}; name the holder of the copy");
            }
            else if (restore.Asset is { } asset)
            {
                context.RequireAsset(asset, restore.Place);
                context.Refuse(restore.Place, $"{asset} has no backup; name the holder that was restored from");
            }
        }
    }
}
