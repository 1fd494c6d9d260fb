using Homeostat.Core.Estate;

namespace Homeostat.Estates.Scenarios;

/// <summary>Reads how old a piece of evidence is: <c>seen: 9d</c>, <c>seen: declared</c>, <c>seen: unknown</c>.</summary>
internal sealed class Evidence(DateTimeOffset now)
{
    public const string Source = "scenario";

    public DateTimeOffset Now => now;

    /// <summary>What nobody dates was seen just now.</summary>
    public Provenance Fresh { get; } = new(Source, now);

    public Provenance? Read(Fields fields, string key)
    {
        switch (fields.Text(key))
        {
            case null:
                return null;
            case "declared":
                return new Provenance(Source, null, Declared: true);
            case "unknown":
                return new Provenance(Source, null);
            default:
                return fields.Time(key) is { } age ? new Provenance(Source, now - age) : null;
        }
    }

    /// <summary>The record as somebody sees it who looks at this moment.</summary>
    public static EstateChange.Upsert Seen(EstateChange.Upsert record, DateTimeOffset at) =>
        new(
            record.Resource with
            {
                Existence = Again(record.Resource.Existence, at),
                StateSeen = record.Resource.StateSeen is { } state ? Again(state, at) : null,
                Facts =
                [
                    .. record.Resource.Facts.Select(fact => fact with { Provenance = Again(fact.Provenance, at) }),
                ],
            },
            [.. record.Relations.Select(relation => Seen(relation, at))]
        );

    /// <summary>The record as somebody takes it who never asks how old a reading is.</summary>
    public static EstateChange.Upsert Trusted(EstateChange.Upsert record, DateTimeOffset now)
    {
        var seen = Seen(record, now);
        return seen with
        {
            Resource = seen.Resource with
            {
                Existence = Believe(seen.Resource.Existence),
                StateSeen = seen.Resource.StateSeen is { } state ? Believe(state) : null,
                Facts = [.. seen.Resource.Facts.Select(fact => fact with { Provenance = Believe(fact.Provenance) })],
            },
            Relations =
            [
                .. seen.Relations.Select(relation =>
                    relation is Relation.CopyOf { RecoveryPoint: { } point } copy
                        ? copy with
                        {
                            Seen = null,
                            RecoveryPoint = new(point.Age, Believe(point.Provenance)),
                        }
                        : relation with
                        {
                            Seen = null,
                        }
                ),
            ],
        };
    }

    private static Provenance Believe(Provenance seen) => seen with { Declared = true };

    private static Relation Seen(Relation relation, DateTimeOffset at)
    {
        var dated = relation with { Seen = relation.Seen is { } seen ? Again(seen, at) : null };
        if (dated is not Relation.CopyOf { RecoveryPoint: { } point } copy)
        {
            return dated;
        }

        // A backup has grown older since it was looked at; what follows its primary has not.
        var since = copy.Role == CopyRole.Backup && point.Provenance.ObservedAt is { } then ? at - then : TimeSpan.Zero;
        return copy with { RecoveryPoint = new(point.Age + since, Again(point.Provenance, at)) };
    }

    private static Provenance Again(Provenance seen, DateTimeOffset at) =>
        seen.Declared ? seen : new Provenance(seen.Source, at);
}
