using Homeostat.Core.Estate;

namespace Homeostat.Estates.Overlay;

/// <summary>Reads data assets, their copies, and the restores that somebody tested.</summary>
internal static class AssetReader
{
    private static readonly Dictionary<string, Hazards> HazardNames = new()
    {
        ["volume"] = Hazards.Volume,
        ["zone"] = Hazards.Zone,
        ["region"] = Hazards.Region,
        ["account"] = Hazards.Account,
        ["key"] = Hazards.Key,
        ["deletionAuthority"] = Hazards.DeletionAuthority,
    };

    private static readonly Dictionary<string, CopyRole> RoleNames = new()
    {
        ["primary"] = CopyRole.Primary,
        ["replica"] = CopyRole.Replica,
        ["standby"] = CopyRole.Standby,
        ["backup"] = CopyRole.Backup,
    };

    public static DeclaredAsset? Read(Section section)
    {
        var id = section.Asset("id");
        var hazards = section.Choices("hazards", HazardNames);
        if (hazards is [])
        {
            section.Refuse("hazards", "no hazard is named; leave the key out for volume and zone");
        }

        var asset = new DeclaredAsset(id ?? default, section.Place)
        {
            Tier = section.TierOf(),
            MinDurability = section.Integer("minDurability", 1, Core.Limits.MaxCopies),
            Hazards = hazards?.Aggregate(Hazards.None, (all, one) => all | one),
            RecoveryPointLimit = section.Duration("recoveryPointLimit"),
            Copies = [.. section.Children("copies", OverlayKeys.Copy).Select(ReadCopy).OfType<DeclaredCopy>()],
        };
        Distinct.Names(section, "copies", asset.Copies, copy => ($"{copy.Holder} as {copy.Role}", copy.Place));
        return id is null ? null : asset;
    }

    public static TestedRestore? ReadRestore(Section section)
    {
        var holder = section.OptionalId("holder");
        var asset = section.Has("asset") ? section.Asset("asset") : null;
        var tested = section.Time("testedAt");
        if (!section.Has("holder") && !section.Has("asset"))
        {
            section.Refuse("name the holder of the copy, the asset, or both");
        }

        if (!section.Has("testedAt"))
        {
            section.Refuse($"testedAt is missing; {Notation.TimeForm}");
        }

        return tested is { } at && (holder is not null || asset is not null)
            ? new TestedRestore(holder, asset, at, section.Place)
            : null;
    }

    private static DeclaredCopy? ReadCopy(Section section)
    {
        var holder = section.Id("holder");
        var role = section.Choice("role", RoleNames);
        if (!section.Has("role"))
        {
            section.Refuse($"role is missing; one of {string.Join(", ", RoleNames.Keys)} is right");
        }

        var point = RecoveryPointOf(section);
        var domains = DomainsOf(section);
        var tested = section.Time("restoreTestedAt");
        return holder is { } id && role is { } known
            ? new DeclaredCopy(id, known, section.Place)
            {
                RecoveryPoint = point,
                RestoreTestedAt = tested,
                Domains = domains,
            }
            : null;
    }

    /// <summary>Without a time of observation the age is a promise that holds until the file is changed.</summary>
    private static RecoveryPoint? RecoveryPointOf(Section section)
    {
        var age = section.Duration("recoveryPointAge");
        var observed = section.Time("observedAt");
        if (section.Has("observedAt") && !section.Has("recoveryPointAge"))
        {
            section.Refuse("observedAt", "this says when an age was observed; give recoveryPointAge too");
        }

        var seen = section.Has("observedAt") ? new Provenance(Provenance.Overlay.Source, observed) : Provenance.Overlay;
        return age is { } known ? new RecoveryPoint(known, seen) : null;
    }

    private static List<FailureDomain>? DomainsOf(Section section)
    {
        if (section.Child("failureDomains", OverlayKeys.FailureDomains) is not { } named)
        {
            return null;
        }

        var domains = HazardNames
            .SelectMany(hazard => (named.Names(hazard.Key) ?? []).Select(name => new FailureDomain(hazard.Value, name)))
            .ToList();
        if (domains.Count == 0)
        {
            named.Refuse("no failure domain is named; leave the key out to take them from the holder's place");
        }

        return domains;
    }
}
