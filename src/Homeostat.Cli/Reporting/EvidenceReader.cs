using Homeostat.Cli.Loading;
using Homeostat.Core.Estate;

namespace Homeostat.Cli.Reporting;

/// <summary>Says how old the evidence is, what of it no longer counts, and what to do about that.</summary>
internal static class EvidenceReader
{
    private const string PlanAgain =
        "make the plan again and review that: terraform plan -out=tfplan && terraform show -json tfplan > plan.json";

    public static ReportEvidence Read(LoadedEstate estate, DateTimeOffset now)
    {
        var seen = estate.Files.Select(file => file.Provenance).ToArray();
        var source = string.Join(", ", seen.Select(provenance => provenance.Source));
        if (seen.Any(provenance => provenance.ObservedAt is null))
        {
            return new ReportEvidence(
                source,
                null,
                null,
                [.. Classes(estate).Select(kind => Staleness(estate, kind))],
                "the file does not say when it was true, so nothing in it counts as known; give the time with --observed-at"
            );
        }

        var oldest = seen.Min(provenance => provenance.ObservedAt!.Value);
        var age = now - oldest;
        if (age < -ShelfLives.ClockTolerance)
        {
            return new ReportEvidence(
                source,
                oldest,
                age.TotalSeconds,
                [.. Classes(estate).Select(kind => Staleness(estate, kind))],
                "the file claims to be from the future, so nothing in it counts as known; check the clock, or --now"
            );
        }

        ReportStaleness[] stale =
        [
            .. Classes(estate)
                .Where(kind => age > estate.Snapshot.ShelfLives.Of(kind))
                .Select(kind => Staleness(estate, kind)),
        ];
        return new ReportEvidence(source, oldest, age.TotalSeconds, stale, stale.Length > 0 ? PlanAgain : null);
    }

    private static IEnumerable<EvidenceClass> Classes(LoadedEstate estate)
    {
        yield return EvidenceClass.Existence;
        var observed = estate
            .Records.OfType<EstateChange.Upsert>()
            .Where(record => !record.Resource.Existence.Declared)
            .ToArray();
        if (observed.Any(record => record.Resource.State != RunState.Inherent))
        {
            yield return EvidenceClass.State;
        }

        if (observed.SelectMany(record => record.Relations).OfType<Relation.CopyOf>().Any(HasObservedAge))
        {
            yield return EvidenceClass.BackupAge;
        }
    }

    private static bool HasObservedAge(Relation.CopyOf copy) => copy.RecoveryPoint is { Provenance.Declared: false };

    private static ReportStaleness Staleness(LoadedEstate estate, EvidenceClass kind) =>
        new(
            kind switch
            {
                EvidenceClass.State => "what is running",
                EvidenceClass.BackupAge => "how old backups are",
                _ => "what exists and how it is related",
            },
            estate.Snapshot.ShelfLives.Of(kind).TotalSeconds
        );
}
