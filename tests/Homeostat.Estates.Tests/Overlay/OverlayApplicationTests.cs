using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;
using static Homeostat.Estates.Tests.Listings;
using static Homeostat.Estates.Tests.Overlay.OverlayReadingTests;

namespace Homeostat.Estates.Tests.Overlay;

/// <summary>What an overlay says is what the model has afterwards.</summary>
public sealed class OverlayApplicationTests
{
    private const string Orders = """
        version: 1
        services:
          - id: orders
            tier: 0
            owner: team-orders
            environments: [production]
            outageTolerance: 5m
            needs:
              - { group: db, k: 1, members: [db-a, db-b] }
              - { group: web, k: 2, members: ["web-?"] }
            standbys:
              - { name: dr, members: [dr-db, dr-web] }
            assets: [orders-data]
        assets:
          - id: orders-data
            minDurability: 2
            hazards: [zone, region]
            recoveryPointLimit: 12h
            copies:
              - { holder: db-a, role: primary }
              - { holder: snap, role: backup, recoveryPointAge: 6h, failureDomains: { account: "42" } }
        restores:
          - { holder: snap, testedAt: 2026-02-10T09:00:00Z }
        """;

    [Fact]
    public void A_service_stands_in_the_model_with_what_it_needs()
    {
        var listing = Estate("db-a", "db-b", "web-1", "web-2", "web-3", "dr-db", "dr-web", "snap");

        var applied = Read(Orders).Apply(listing);

        Assert.Empty(applied.Warnings);
        var orders = Record(applied.Changes, "orders");
        Assert.Equal("service", orders.Resource.Kind.Name);
        Assert.Equal(Tier.Zero, orders.Resource.Tier);
        Assert.Equal("team-orders", orders.Resource.Owner);
        Assert.Equal(TimeSpan.FromMinutes(5), orders.Resource.OutageTolerance);
        Assert.Equal(Provenance.Overlay, orders.Resource.Existence);
        var needs = orders.Relations.OfType<Relation.Needs>().ToList();
        Assert.Equal(["db", "web"], needs.Select(need => need.Group));
        Assert.Equal([1, 2], needs.Select(need => need.K));
        Assert.Equal(Ids("web-1", "web-2", "web-3"), needs[1].Members);
        Assert.Equal(Ids("dr-db", "dr-web"), Assert.Single(orders.Relations.OfType<Relation.StandbyFor>()).Members);

        var snapshot = Snapshot(applied.Changes);
        Assert.Equal(Tier.Zero, snapshot.EffectiveTierOf(new("web-2")));
    }

    [Fact]
    public void An_asset_has_the_copies_limits_and_tested_restores_that_the_file_says()
    {
        var listing = Estate("db-a", "db-b", "web-1", "web-2", "dr-db", "dr-web", "snap");

        var changes = Read(Orders).Apply(listing).Changes;

        var asset = Assert.Single(changes.OfType<EstateChange.Asset>()).Declared;
        Assert.Equal(2, asset.MinDurability);
        Assert.Equal(Hazards.Zone | Hazards.Region, asset.Hazards);
        Assert.Equal(TimeSpan.FromHours(12), asset.RecoveryPointLimit);
        var backup = Assert.Single(Record(changes, "snap").Relations.OfType<Relation.CopyOf>());
        Assert.Equal(CopyRole.Backup, backup.Role);
        Assert.Equal(new RecoveryPoint(TimeSpan.FromHours(6), Provenance.Overlay), backup.RecoveryPoint);
        Assert.Equal([new FailureDomain(Hazards.Account, "42")], backup.Domains);
        Assert.Equal(new DateTimeOffset(2026, 2, 10, 9, 0, 0, TimeSpan.Zero), backup.RestoreTestedAt);
    }

    [Fact]
    public void What_the_source_knows_of_a_copy_stays_where_the_file_is_silent()
    {
        var seen = new RecoveryPoint(TimeSpan.FromHours(1), At);
        var listing = Estate("db-a");
        listing.Add(
            Upsert(
                "snap",
                "snapshot",
                new Relation.CopyOf(new("snap"), new("data"), CopyRole.Backup) { RecoveryPoint = seen }
            )
        );

        var changes = Read(
                """
                version: 1
                assets: [{ id: data, copies: [{ holder: snap, role: backup, restoreTestedAt: 2026-01-01T00:00:00Z }] }]
                restores: [{ asset: data, testedAt: 2025-06-01T00:00:00Z }]
                """
            )
            .Apply(listing)
            .Changes;

        var copy = Assert.Single(Record(changes, "snap").Relations.OfType<Relation.CopyOf>());
        Assert.Equal(seen, copy.RecoveryPoint);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), copy.RestoreTestedAt);
    }

    [Fact]
    public void A_service_needs_a_holder_of_its_data_where_no_group_names_one()
    {
        var listing = Estate("web-1", "db-a");
        var changes = Read(
                """
                version: 1
                services: [{ id: orders, needs: [{ group: web, k: all, members: [web-1] }], assets: [data] }]
                assets: [{ id: data, copies: [{ holder: db-a, role: primary }] }]
                """
            )
            .Apply(listing)
            .Changes;

        Assert.Contains(
            Record(changes, "orders").Relations.OfType<Relation.Needs>(),
            need => need.Members.SequenceEqual(Ids("db-a"))
        );
    }

    [Fact]
    public void All_means_that_each_member_must_work()
    {
        var changes = Read("version: 1\nservices: [{ id: s, needs: [{ group: g, k: all, members: [a, b] }] }]")
            .Apply(Estate("a", "b"))
            .Changes;

        var needs = Record(changes, "s").Relations.OfType<Relation.Needs>().ToList();
        Assert.Equal(2, needs.Select(need => need.Group).Distinct().Count());
        Assert.All(needs, need => Assert.Single(need.Members));
    }

    [Fact]
    public void Selectors_set_what_they_match_and_the_later_entry_holds()
    {
        List<EstateChange> listing =
        [
            Upsert(Of("db-prod", "database") with { Labels = new Dictionary<string, string> { ["app"] = "shop" } }),
            Upsert(Of("db-test", "database") with { Environments = ["test"], Tier = Tier.One }),
            Upsert(Of("web", "compute-instance")),
        ];

        var applied = Read(
                """
                version: 1
                defaults: { tier: 2, environments: [production] }
                resources:
                  - { match: { kinds: [database] }, tier: 1, owner: dba, capacity: 4, rebuildTime: 1h, facts: { encrypted: true } }
                  - { match: { environments: [test] }, tier: 3, environments: [test, shared] }
                  - { match: { labels: { app: shop } }, tier: 0, exposureLimit: 3 }
                """
            )
            .Apply(listing);

        Assert.Empty(applied.Warnings);
        var prod = Record(applied.Changes, "db-prod").Resource;
        Assert.Equal((Tier.Zero, "dba", 4, 3), (prod.Tier, prod.Owner, prod.Capacity, prod.ExposureLimit));
        Assert.Equal(new Fact("encrypted", FactValue.Of(flag: true), Provenance.Overlay), Assert.Single(prod.Facts));
        Assert.Equal(["production"], prod.Environments);
        var test = Record(applied.Changes, "db-test").Resource;
        Assert.Equal(Tier.Three, test.Tier);
        Assert.Equal(["test", "shared"], test.Environments);
        Assert.Equal(Tier.Two, Record(applied.Changes, "web").Resource.Tier);
    }

    [Fact]
    public void Vouching_that_a_resource_exists_does_not_vouch_that_it_runs()
    {
        List<EstateChange> listing = [Upsert(Of("vm", "compute-instance") with { State = RunState.Running })];

        var vm = Record(
            Read("version: 1\nresources: [{ id: vm, exists: true }]").Apply(listing).Changes,
            "vm"
        ).Resource;

        Assert.Equal(Provenance.Overlay, vm.Existence);
        Assert.Equal(At, vm.StateSeen);
    }

    [Fact]
    public void A_resource_that_no_source_lists_can_be_declared_and_needed()
    {
        var changes = Read(
                """
                version: 1
                services: [{ id: s, needs: [{ group: bank, k: all, members: [bank-api] }] }]
                resources: [{ id: bank-api, kind: api, tier: 1, location: { provider: bank, region: eu } }]
                """
            )
            .Apply([])
            .Changes;

        var bank = Record(changes, "bank-api").Resource;
        Assert.Equal(("api", Provenance.Overlay), (bank.Kind.Name, bank.Existence));
        Assert.Equal(new Location("bank", null, "eu", null), bank.Location);
    }

    [Fact]
    public void A_resource_gets_needs_that_no_source_shows_in_place_of_a_group_of_that_name()
    {
        var listing = Estate("db", "cache", "other");
        listing.Add(
            Upsert(
                "web",
                "compute-instance",
                new Relation.Needs(new("web"), "data", Ids("other")),
                new Relation.Needs(new("web"), "net", Ids("other"))
            )
        );

        var changes = Read("version: 1\nresources: [{ id: web, needs: [{ group: data, k: 1, members: [db, cache] }] }]")
            .Apply(listing)
            .Changes;

        var needs = Record(changes, "web").Relations.OfType<Relation.Needs>().ToDictionary(need => need.Group);
        Assert.Equal(Ids("db", "cache"), needs["data"].Members);
        Assert.Equal(Ids("other"), needs["net"].Members);
    }

    [Fact]
    public void A_service_that_a_source_already_lists_is_completed()
    {
        List<EstateChange> listing = [Upsert(Of("shop", "service") with { Tier = Tier.Three, Owner = "shop-team" })];

        var shop = Assert.Single(
            Read("version: 1\nservices: [{ id: shop, tier: 0 }]").Apply(listing).Changes.OfType<EstateChange.Upsert>()
        );

        Assert.Equal((Tier.Zero, "shop-team", At), (shop.Resource.Tier, shop.Resource.Owner, shop.Resource.Existence));
    }

    [Fact]
    public void Everything_that_is_named_and_not_there_is_listed_at_once_with_the_nearest_ids()
    {
        var listing = Estate("aws_db_instance.orders", "aws_instance.web[0]", "snap");
        listing.Add(
            Upsert("holder", "snapshot", new Relation.CopyOf(new("holder"), new("orders-data"), CopyRole.Replica))
        );
        var overlay = Read(
            """
            version: 1
            services:
              - id: orders
                needs:
                  - { group: db, k: 1, members: [aws_db_instance.order] }
                  - { group: web, k: 1, members: ["aws_vm.*"] }
                standbys: [{ name: dr, members: [dr-nowhere] }]
                assets: [order-data]
              - id: snap
            resources:
              - { id: aws_instance.web, tier: 3 }
            assets:
              - { id: lost-data }
              - { id: other, copies: [{ holder: nobody, role: backup }] }
            restores:
              - { holder: snap, testedAt: 2026-01-01T00:00:00Z }
              - { asset: orders-data, testedAt: 2026-01-01T00:00:00Z }
            """
        );

        var message = Assert.Throws<EstateSourceException>(() => overlay.Apply(listing)).Message;

        Assert.Contains("homeostat.yaml:5:", message);
        Assert.Contains("no source lists aws_db_instance.order; the nearest are aws_db_instance.orders", message);
        Assert.Contains("the group web has no member", message);
        Assert.Contains("no source lists dr-nowhere", message);
        Assert.Contains("nothing holds a copy of order-data; the nearest are orders-data", message);
        Assert.Contains("snap is a database already", message);
        Assert.Contains("no source lists aws_instance.web; the nearest are aws_instance.web[0]", message);
        Assert.Contains("nothing holds a copy of lost-data", message);
        Assert.Contains("no source lists nobody", message);
        Assert.Contains("snap does not keep a copy of anything", message);
        Assert.Contains("orders-data has no backup", message);
    }

    [Fact]
    public void Selectors_that_match_nothing_and_groups_that_can_never_work_are_warnings_with_their_place()
    {
        var applied = Read(
                """
                version: 1
                services:
                  - { id: s, needs: [{ group: g, k: 3, members: [db-a, "web-*"] }] }
                resources:
                  - { match: { ids: ["db-b*"] }, tier: 3 }
                  - { id: db-a, kind: table }
                freezes:
                  - { name: f, reason: r, where: { owners: [nobody] }, every: { days: [sat], from: "00:00", to: "00:00" } }
                """
            )
            .Apply(Estate("db-a"));

        Assert.Equal([3, 3, 5, 6, 8], applied.Warnings.Select(warning => warning.Place.Line).Order());
        Assert.Contains(applied.Warnings, warning => warning.Message.Contains("no resource matches web-*"));
        Assert.Contains(applied.Warnings, warning => warning.Message.Contains("its members have 1: it cannot work"));
        Assert.Contains(
            applied.Warnings,
            warning => warning.Message == "this selects no resource; the nearest are db-a"
        );
        Assert.Contains(applied.Warnings, warning => warning.Message.Contains("db-a is a database, and that holds"));
    }
}
