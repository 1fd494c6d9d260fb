using Homeostat.Cli.Loading;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;

namespace Homeostat.Cli.Reporting;

/// <summary>Says what would be lost for good, and what would be left of it.</summary>
internal static class LossReader
{
    public static ReportLoss Read(LoadedEstate estate, Consequences consequences)
    {
        var touched = consequences.Touched.ToHashSet();
        return new ReportLoss(
            [
                .. DataLost(estate, consequences)
                    .OrderBy(data => data.Tier)
                    .ThenBy(data => data.Asset, StringComparer.Ordinal),
            ],
            [
                .. consequences
                    .Irreversible.OrderBy(loss => loss.Tier)
                    .Select(loss => new ReportIrreversible(
                        Wording.Of(loss.Effect),
                        loss.Effect.Target.Value,
                        loss.Subject.Value,
                        (int)loss.Tier,
                        loss.Reason
                    )),
            ],
            [.. StandbysLost(estate, consequences), .. BackupsLost(estate, consequences)],
            [
                .. consequences
                    .Destroyed.Where(id => !touched.Contains(id))
                    .Select(id => id.Value)
                    .Order(StringComparer.Ordinal),
            ],
            [.. consequences.GuardsLost.Select(id => id.Value).Distinct().Order(StringComparer.Ordinal)]
        );
    }

    private static IEnumerable<ReportWayBackLost> StandbysLost(LoadedEstate estate, Consequences consequences)
    {
        var down = consequences.Destroyed.Concat(consequences.Impaired).ToHashSet();
        return estate
            .Records.OfType<EstateChange.Upsert>()
            .SelectMany(record => record.Relations)
            .OfType<Relation.StandbyFor>()
            .Where(standby => standby.Members.Any(down.Contains))
            .Select(standby => new ReportWayBackLost(
                standby.Service.Value,
                $"standby {standby.Name}",
                [.. standby.Members.Where(down.Contains).Select(id => id.Value)]
            ));
    }

    private static IEnumerable<ReportWayBackLost> BackupsLost(LoadedEstate estate, Consequences consequences) =>
        from lost in consequences.CopiesLost
        from copy in estate.Copies[lost.Asset]
        where copy.Holder == lost.Holder && copy is { Role: CopyRole.Backup, RestoreTestedAt: not null }
        select new ReportWayBackLost(lost.Asset.Value, "restore-tested backup", [lost.Holder.Value]);

    private static IEnumerable<ReportLostData> DataLost(LoadedEstate estate, Consequences consequences)
    {
        foreach (var lost in consequences.CopiesLost.GroupBy(copy => copy.Asset, copy => copy.Holder))
        {
            var holders = lost.Select(holder => holder.Value).Distinct().Order(StringComparer.Ordinal).ToArray();
            var left = estate.Copies[lost.Key].Where(copy => !holders.Contains(copy.Holder.Value));
            var tier = lost.Min(holder => (int)estate.Snapshot.EffectiveTierOf(holder));
            yield return new ReportLostData(
                lost.Key.Value,
                tier,
                holders,
                [
                    .. left.Select(copy => new ReportCopy(
                        copy.Holder.Value,
                        Wording.Of(copy.Role),
                        copy.RestoreTestedAt is not null
                    )),
                ]
            );
        }
    }
}
