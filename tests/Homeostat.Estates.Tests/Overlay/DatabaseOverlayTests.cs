using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;
using Xunit;

namespace Homeostat.Estates.Tests.Overlay;

/// <summary>What is said of a whole database, or by a pattern, holds for the data of each table in it.</summary>
public sealed class DatabaseOverlayTests
{
    private static readonly Provenance Seen = new(
        "postgres:main",
        new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero)
    );

    private static readonly EstateChange[] Listing =
    [
        Table("pg:main/shop"),
        Table("pg:main/shop/public.orders"),
        Table("pg:main/shop/public.logs"),
        Table("pg:main/shop2/public.orders"),
    ];

    [Fact]
    public void A_backup_of_a_database_is_one_of_each_table_in_it_and_its_tested_restore_too()
    {
        var backup = Records(
            """
            assets:
              - id: pg:main/shop/public.logs
                copies: [{ holder: nightly, role: backup, recoveryPointAge: 1h }]
              - id: pg:main/shop
                recoveryPointLimit: 48h
                copies: [{ holder: nightly, role: backup, recoveryPointAge: 20h }]
            restores:
              - { asset: pg:main/shop, testedAt: 2026-02-01T00:00:00Z }
            """
        )["nightly"];

        Assert.Equal(
            ["pg:main/shop 20", "pg:main/shop/public.logs 1", "pg:main/shop/public.orders 20"],
            backup
                .Relations.OfType<Relation.CopyOf>()
                .Select(copy => $"{copy.Asset} {copy.RecoveryPoint?.Age.TotalHours}")
                .Order(StringComparer.Ordinal)
        );
        Assert.All(backup.Relations.OfType<Relation.CopyOf>(), copy => Assert.NotNull(copy.RestoreTestedAt));
    }

    [Fact]
    public void What_is_asked_of_a_database_is_asked_of_its_tables_unless_they_are_named()
    {
        var assets = Apply(
                """
                assets:
                  - { id: pg:main/shop/public.logs, tier: 3, copies: [{ holder: nightly, role: backup }] }
                  - { id: "pg:main/*", recoveryPointLimit: 2h }
                  - { id: pg:main/shop, tier: 1 }
                """
            )
            .OfType<EstateChange.Asset>()
            .ToDictionary(asset => asset.Declared.Id.Value, asset => asset.Declared);

        Assert.Equal(Tier.Three, assets["pg:main/shop/public.logs"].Tier);
        Assert.Equal(Tier.One, assets["pg:main/shop/public.orders"].Tier);
        Assert.Null(assets["pg:main/shop2/public.orders"].Tier);
        Assert.Equal(TimeSpan.FromHours(2), assets["pg:main/shop2/public.orders"].RecoveryPointLimit);
    }

    [Fact]
    public void A_table_that_comes_later_is_in_the_backup_of_its_database()
    {
        var layer = new OverlayLayer(
            Overlay("assets: [{ id: pg:main/shop, copies: [{ holder: nightly, role: backup }] }]")
        );
        layer.Take(new EstateBatch(Listing, IsFullListing: true));

        var batch = layer.Take(new EstateBatch([Table("pg:main/shop/public.later")], IsFullListing: false));

        var backup = batch
            .Changes.OfType<EstateChange.Upsert>()
            .Single(record => record.Resource.Id.Value == "nightly");
        Assert.Contains(
            backup.Relations.OfType<Relation.CopyOf>(),
            copy => copy.Asset.Value == "pg:main/shop/public.later"
        );
    }

    private static EstateOverlay Overlay(string text)
    {
        var reading = OverlayFile.Parse(
            $"version: 1\nresources: [{{ id: nightly, kind: snapshot }}]\n{text}",
            "homeostat.yaml"
        );
        Assert.Empty(reading.Errors);
        return reading.Overlay!;
    }

    private static IReadOnlyList<EstateChange> Apply(string text) => Overlay(text).Apply(Listing).Changes;

    private static Dictionary<string, EstateChange.Upsert> Records(string text) =>
        Apply(text).OfType<EstateChange.Upsert>().ToDictionary(record => record.Resource.Id.Value);

    private static EstateChange.Upsert Table(string id) =>
        new(
            new Resource
            {
                Id = new ResourceId(id),
                Kind = new ResourceKind("table"),
                Existence = Seen,
            },
            [new Relation.CopyOf(new ResourceId(id), new AssetId(id), CopyRole.Primary)]
        );
}
