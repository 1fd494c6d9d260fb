using Homeostat.Core.Estate;

namespace Homeostat.Core.Tests.Deciding;

/// <summary>The estate of the design's worked example.</summary>
internal sealed record OrdersEstate
{
    public static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public TimeSpan LagSeenAgo { get; init; } = TimeSpan.FromMinutes(1);

    public TimeSpan SnapSeenAgo { get; init; } = TimeSpan.FromHours(1);

    public bool HasDr { get; init; } = true;

    public (double Percent, TimeSpan Ago)? CpuOfDbA { get; init; }

    private static Provenance Seen(TimeSpan ago) => new("test", Now - ago);

    private static Provenance Fresh => Seen(TimeSpan.FromMinutes(1));

    public EstateSnapshot Build()
    {
        var builder = new EstateBuilder(ShelfLives.Default);
        builder.Add(
            new EstateChange.Upsert(
                Of("orders", "service", Tier.Zero),
                [Needs("db", 1, "db-a", "db-b"), Needs("web", 2, "web-1", "web-2", "web-3")]
            )
        );
        foreach (var web in (string[])["web-1", "web-2", "web-3"])
        {
            builder.Add(new EstateChange.Upsert(Of(web, "compute-instance") with { State = RunState.Running }, []));
        }

        var dbA = Of("db-a", "database", zone: "1a");
        if (CpuOfDbA is { } cpu)
        {
            dbA = dbA with { Facts = [new Fact("cpu_percent", FactValue.Of(cpu.Percent), Seen(cpu.Ago))] };
        }

        builder.Add(new EstateChange.Upsert(dbA, [Copy("db-a", CopyRole.Primary)]));
        builder.Add(
            new EstateChange.Upsert(
                Of("db-b", "database", zone: "1b"),
                [Copy("db-b", CopyRole.Replica, TimeSpan.FromSeconds(1), Fresh)]
            )
        );
        builder.Add(
            new EstateChange.Upsert(
                Of("snap", "snapshot"),
                [
                    Copy("snap", CopyRole.Backup, TimeSpan.FromHours(6) - SnapSeenAgo, Seen(SnapSeenAgo)) with
                    {
                        RestoreTestedAt = Now - TimeSpan.FromDays(20),
                    },
                ]
            )
        );
        if (HasDr)
        {
            builder.Add(
                new EstateChange.Upsert(
                    Of("dr-db", "database", zone: "2a", region: "eu-2"),
                    [Copy("dr-db", CopyRole.Standby, TimeSpan.FromSeconds(40), Seen(LagSeenAgo))]
                )
            );
            builder.Add(
                new EstateChange.Upsert(
                    Of("dr-web", "compute-instance", zone: "2a", region: "eu-2") with
                    {
                        State = RunState.Running,
                    },
                    [new Relation.StandbyFor("dr", [new("dr-db"), new("dr-web")], new("orders"))]
                )
            );
        }

        builder.Add(
            new EstateChange.Upsert(
                Of("alarm", "alarm"),
                [new Relation.Guards(new("alarm"), new("orders"), GuardKind.Monitor)]
            )
        );
        builder.Add(
            new EstateChange.Upsert(
                Of("test-db", "database", Tier.Three),
                [new Relation.CopyOf(new("test-db"), new("test-data"), CopyRole.Primary)]
            )
        );
        return builder.Build();
    }

    private static Resource Of(
        string id,
        string kind,
        Tier? tier = null,
        string? zone = null,
        string region = "eu-1"
    ) =>
        new()
        {
            Id = new(id),
            Kind = new(kind),
            Tier = tier,
            Location = new Location("test", "main", region, zone),
            Existence = Fresh,
        };

    private static Relation.Needs Needs(string group, int k, params string[] members) =>
        new(new("orders"), group, [.. members.Select(member => new ResourceId(member))], k);

    private static Relation.CopyOf Copy(
        string holder,
        CopyRole role,
        TimeSpan? age = null,
        Provenance seen = default
    ) =>
        new(new(holder), new("orders-data"), role)
        {
            RecoveryPoint = age is { } known ? new RecoveryPoint(known, seen) : null,
        };
}
