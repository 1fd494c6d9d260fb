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
            [
                .. consequences
                    .Destroyed.Where(id => !touched.Contains(id))
                    .Select(id => id.Value)
                    .Order(StringComparer.Ordinal),
            ],
            [.. consequences.GuardsLost.Select(id => id.Value).Distinct().Order(StringComparer.Ordinal)]
        );
    }

    private static IEnumerable<ReportLostData> DataLost(LoadedEstate estate, Consequences consequences)
    {
        foreach (var lost in consequences.CopiesLost.GroupBy(copy => copy.Asset, copy => copy.Holder))
        {
            var holders = lost.Select(holder => holder.Value).Order(StringComparer.Ordinal).ToArray();
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
