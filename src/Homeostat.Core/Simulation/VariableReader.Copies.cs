using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

internal sealed partial class VariableReader
{
    private void ReadCopies()
    {
        for (var at = 0; at < world.Copies.Count; at++)
        {
            var state = world.Copies.At(at);
            if (!state.Lost || state.LostBefore)
            {
                continue;
            }

            var copy = Estate.Copy(world.Copies.KeyAt(at));
            _assets.Get(copy.Asset, out _) = state.Cause;
            NoteStandby(copy.Holder);
            foreach (var service in Estate.Tables.ServicesOfAsset.Of(copy.Asset))
            {
                _services.Get(service, out _) = copy.Holder;
            }
        }
    }

    private void ReadDurability(int asset, int cause, List<VariableChange> changes)
    {
        var row = Estate.Tables.Assets[asset];
        var healthy = row.MinDurability;
        var ceiling = Math.Max(Durability.Ceiling, healthy + 1);
        var before = CountLosses(asset, ceiling, before: true, out var copiesBefore);
        var after = CountLosses(asset, ceiling, before: false, out var copiesAfter);
        changes.Add(
            new()
            {
                Kind = VariableKind.Durability,
                Subject = asset,
                Tier = row.EffectiveTier,
                Before = before,
                After = after,
                Settled = after,
                Healthy = healthy,
                SupportBefore = copiesBefore,
                SupportAfter = copiesAfter,
                Cause = cause,
            }
        );
    }

    private int CountLosses(int asset, int ceiling, bool before, out int copies)
    {
        _hittingSet.Clear();
        copies = 0;
        var row = Estate.Tables.Assets[asset];
        foreach (var at in Estate.Tables.CopiesOfAsset.Of(asset))
        {
            var holderLives = before ? world.WasAlive(Estate.Copy(at).Holder) : world.IsAlive(Estate.Copy(at).Holder);
            if (!holderLives || world.IsLost(at, before))
            {
                continue;
            }

            copies++;
            if (IsRecent(at, row.RecoveryPointLimitTicks, before) && _hittingSet.AddCopy())
            {
                AddDomains(Estate.Copy(at), row.Hazards);
            }
        }

        return _hittingSet.Compute(ceiling);
    }

    private void AddDomains(in CopyRow copy, Hazards counted)
    {
        var any = false;
        if (copy.Domains >= 0)
        {
            foreach (var domain in Estate.Tables.Domains[copy.Domains])
            {
                if ((domain.Hazard & counted) != Hazards.None)
                {
                    _hittingSet.HitBy((int)domain.Hazard, NameOf(domain.Name)!.Value);
                    any = true;
                }
            }
        }
        else
        {
            any = AddHolderDomains(copy.Holder, counted);
        }

        if (!any)
        {
            _hittingSet.MarkImmortal();
        }
    }

    private bool AddHolderDomains(int holder, Hazards counted)
    {
        var location = Estate.Tables.Locations[Estate.Tables.Details[holder].Location];
        var any = Add(Hazards.Volume, holder);
        any |= Add(Hazards.Zone, NameOf(location.Zone)) | Add(Hazards.Region, NameOf(location.Region));
        any |=
            Add(Hazards.Account, NameOf(location.Account)) | Add(Hazards.DeletionAuthority, NameOf(location.Account));
        foreach (var parent in Estate.Tables.ParentsOf.Of(holder))
        {
            any |= Estate.Tables.Existences[parent].ByKey && Add(Hazards.Key, Estate.Tables.Existences[parent].Parent);
        }

        // Nobody says where it is: then at least its own loss takes it.
        return any || HitByHolder();

        bool HitByHolder()
        {
            _hittingSet.HitBy((int)Hazards.Volume, holder);
            return true;
        }

        bool Add(Hazards hazard, int? name)
        {
            if (name is null || (hazard & counted) == Hazards.None)
            {
                return false;
            }

            _hittingSet.HitBy((int)hazard, name.Value);
            return true;
        }
    }

    /// <summary>Two names of one hash would count as one domain, which can only lower the durability.</summary>
    private static int? NameOf(string? name) =>
        name is null ? null : string.GetHashCode(name, StringComparison.Ordinal);

    /// <summary>Whether the copy's newest content is recent enough; an unknown where the evidence is missing or old.</summary>
    private bool IsRecent(int at, long limitTicks, bool before)
    {
        ref readonly var copy = ref Estate.Copy(at);
        var holder = Estate.Node(copy.Holder);
        var isSeen = Estate.IsKnown(holder.Existence, _now) && Estate.IsKnown(copy.Seen, _now);
        if (!isSeen && unknowns.IsBad(UnknownKind.Copy, at, before))
        {
            return false;
        }

        if (copy.Role == CopyRole.Primary)
        {
            return true;
        }

        var seen = Estate.ProvenanceOf(copy.AgeSeen);
        var shelfLife = copy.Role == CopyRole.Backup ? Estate.ShelfLives.BackupAge : Estate.ShelfLives.ReplicationLag;
        if (copy.AgeTicks < 0 || !seen.IsFreshAt(_now, shelfLife))
        {
            return !unknowns.IsBad(UnknownKind.Copy, at, before);
        }

        // A frozen copy has grown older since it was looked at; a follower's lag has not.
        var sinceThen =
            copy.Role == CopyRole.Backup && seen.ObservedAt is { } then ? Math.Max(0, (_now - then).Ticks) : 0;
        return copy.AgeTicks + sinceThen <= limitTicks;
    }

    private void ReadRecoverability(int service, int cause, List<VariableChange> changes)
    {
        var before = WaysBack(service, before: true, out var supportBefore);
        var after = WaysBack(service, before: false, out var supportAfter);
        if (before != after || supportBefore != supportAfter)
        {
            changes.Add(
                new()
                {
                    Kind = VariableKind.Recoverability,
                    Subject = service,
                    Tier = Estate.Node(service).EffectiveTier,
                    Before = before,
                    After = after,
                    Settled = after,
                    SupportBefore = supportBefore,
                    SupportAfter = supportAfter,
                    Cause = cause,
                }
            );
        }
    }

    private double WaysBack(int service, bool before, out int support)
    {
        var ways = 0.0;
        support = 0;
        foreach (var standby in Estate.Tables.StandbysOfService.Of(service))
        {
            ways += StandbyCounts(standby, before, ref support);
        }

        var assets = Estate.Tables.AssetsOfService.Of(service);
        var allBackedUp = assets.Length > 0;
        foreach (var asset in assets)
        {
            allBackedUp &= HasTestedBackup(asset, before, ref support);
        }

        // However many backups there are, they are one way back: one procedure, one authority to delete them.
        return ways + (allBackedUp ? 1 : 0);
    }

    /// <summary>1 complete and working, 0.9 complete and stopped, 0 otherwise.</summary>
    private double StandbyCounts(int at, bool before, ref int support)
    {
        var standby = Estate.Tables.Standbys[at];
        var isSeen = Estate.IsKnown(standby.Seen, _now) || !unknowns.IsBad(UnknownKind.Standby, at, before);
        var least = isSeen && !world.IsStandbyDetached(at, before) ? 1.0 : 0;
        foreach (var member in standby.Members)
        {
            var counts = MemberCounts(member, before);
            support += counts > 0 ? 1 : 0;
            least = Math.Min(least, counts);
        }

        return least;
    }

    private double MemberCounts(int member, bool before)
    {
        var row = Estate.Node(member);
        if (row.SupportUntil < _nowSeconds)
        {
            NoteUnknownIn(member);
        }

        if (!(before ? world.WasAlive(member) : world.IsAlive(member)) || world.IsPromoted(member, before))
        {
            return 0;
        }

        foreach (var copy in row.Is(NodeFlags.HoldsCopies) ? Estate.Tables.CopiesOfHolder.Of(member) : [])
        {
            if (
                world.IsLost(copy, before)
                || !IsRecent(copy, Estate.Tables.Assets[Estate.Copy(copy).Asset].RecoveryPointLimitTicks, before)
            )
            {
                return 0;
            }
        }

        var working = before ? world.WorkingBefore(member) : world.WorkingOf(member);
        return working > 0 ? 1.0
            : world.IsStopped(member, before) && IsSupplied(member, before) ? _stoppedStandby
            : 0;
    }

    private bool IsSupplied(int node, bool before)
    {
        var row = Estate.Node(node);
        var capacity = before ? world.CapacityBefore(node) : world.CapacityOf(node);
        if (capacity == 0)
        {
            return false;
        }

        for (var group = row.FirstGroup; group < row.FirstGroup + row.GroupCount; group++)
        {
            if (Estate.Group(group).Allows(capacity, world.SupplyOf(group, before)) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private bool HasTestedBackup(int asset, bool before, ref int support)
    {
        var found = false;
        foreach (var at in Estate.Tables.CopiesOfAsset.Of(asset))
        {
            ref readonly var copy = ref Estate.Copy(at);
            if (
                copy.Role != CopyRole.Backup
                || world.IsLost(at, before)
                || !(before ? world.WasAlive(copy.Holder) : world.IsAlive(copy.Holder))
            )
            {
                continue;
            }

            support++;
            found |=
                CanBeRestored(at, before) && IsRecent(at, Estate.Tables.Assets[asset].RecoveryPointLimitTicks, before);
        }

        return found;
    }

    /// <summary>Somebody restored from it; where that was too long ago, nobody knows whether it could be done again.</summary>
    private bool CanBeRestored(int at, bool before)
    {
        var ticks = Estate.Copy(at).RestoreTestedTicks;
        if (ticks == 0)
        {
            return false;
        }

        var tested = new Provenance("", new DateTimeOffset(ticks, TimeSpan.Zero));
        return tested.IsFreshAt(_now, Estate.ShelfLives.RestoreTest)
            || !unknowns.IsBad(UnknownKind.Restore, at, before);
    }
}
