using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Simulation;
using Homeostat.Estates.Overlay;

namespace Homeostat.Estates.Tests.Overlay;

/// <summary>What a person writes is what is read.</summary>
public sealed class OverlayReadingTests
{
    [Fact]
    public void A_file_that_says_nothing_leaves_every_default()
    {
        var overlay = Read("version: 1");

        Assert.Equal(StressTable.Default, overlay.Stress);
        Assert.Equal(ShelfLives.Default, overlay.ShelfLives);
        Assert.Equal(0.1, overlay.Review.StressBudget);
        Assert.Null(overlay.Defaults.Tier);
        Assert.Empty(overlay.ObservedNames);
    }

    [Theory]
    [InlineData("15m", 15)]
    [InlineData("24h", 24 * 60)]
    [InlineData("90d", 90 * 24 * 60)]
    [InlineData("1h30m", 90)]
    [InlineData("2w1d", 15 * 24 * 60)]
    [InlineData("120s", 2)]
    [InlineData("60000ms", 1)]
    public void Durations_are_read_as_people_type_them(string text, double minutes)
    {
        Assert.Equal(
            TimeSpan.FromMinutes(minutes),
            Read($"version: 1\nshelfLives: {{ metric: {text} }}").ShelfLives.Metric
        );
        Assert.Equal(
            TimeSpan.FromMinutes(minutes),
            Notation.Duration(Notation.Duration(TimeSpan.FromMinutes(minutes)))
        );
    }

    [Fact]
    public void The_stress_table_and_the_lease_of_a_review_are_what_the_file_says()
    {
        var overlay = Read(
            """
            version: 1
            review: { stressBudget: 0.25, maxResources: 20, maxIrreversible: 1 }
            shelfLives: { restoreTest: 30d, replicationLag: 1m }
            stress:
              tierWeights: [1, 1, 0.5, 0]
              criticalDurability: 3
              variables:
                headroom: { factor: 0.2 }
                exposure: { healthy: 0.5, lethal: 3, canBeLethal: true }
            """
        );

        Assert.Equal(
            new ReviewTerms
            {
                StressBudget = 0.25,
                MaxResources = 20,
                MaxIrreversible = 1,
            },
            overlay.Review
        );
        Assert.Equal(TimeSpan.FromDays(30), overlay.ShelfLives.RestoreTest);
        Assert.Equal(ShelfLives.Default.Metric, overlay.ShelfLives.Metric);
        Assert.Equal([1, 1, 0.5, 0], overlay.Stress.TierWeights);
        Assert.Equal(3, overlay.Stress.CriticalDurability);
        Assert.Equal(new Setpoint(1, 0, false, 0.2), overlay.Stress.Setpoints[VariableKind.Headroom]);
        Assert.Equal(new Setpoint(0.5, 3, true, 0.5), overlay.Stress.Setpoints[VariableKind.Exposure]);
        Assert.Equal(
            StressTable.Default.Setpoints[VariableKind.Durability],
            overlay.Stress.Setpoints[VariableKind.Durability]
        );
    }

    [Fact]
    public void An_environment_is_enforced_unless_the_file_says_otherwise_of_every_one_that_is_served()
    {
        var overlay = Read("version: 1\nenvironments: { staging: { mode: observe }, production: { mode: enforce } }");

        Assert.Equal(["staging"], overlay.ObservedNames);
    }

    [Fact]
    public void A_weekly_freeze_comes_again_and_may_pass_midnight()
    {
        var overlay = Read(
            """
            version: 1
            freezes:
              - name: weekend
                reason: nobody is there
                every: { days: [fri], from: "18:00", to: "06:00" }
                where: { environments: [production] }
            """
        );

        // 2026-03-06 is a Friday.
        var night = new DateTimeOffset(2026, 3, 7, 1, 0, 0, TimeSpan.Zero);
        var freeze = Assert.Single(overlay.FreezesBetween(night, night.AddHours(1)));
        Assert.Equal(new DateTimeOffset(2026, 3, 6, 18, 0, 0, TimeSpan.Zero), freeze.From);
        Assert.Equal(new DateTimeOffset(2026, 3, 7, 6, 0, 0, TimeSpan.Zero), freeze.To);
        Assert.Equal(["production"], freeze.Where!.Environments);
        Assert.Empty(overlay.FreezesBetween(night.AddHours(5), night.AddDays(5)));
        Assert.Equal(2, overlay.FreezesBetween(night, night.AddDays(7)).Count);
    }

    [Fact]
    public void A_freeze_that_comes_once_covers_its_span_in_any_offset()
    {
        var overlay = Read(
            """
            version: 1
            freezes:
              - { name: sale, reason: peak, from: 2026-03-02T00:00:00+02:00, to: 2026-03-03T00:00Z }
            """
        );

        var start = new DateTimeOffset(2026, 3, 1, 22, 0, 0, TimeSpan.Zero);
        Assert.Empty(overlay.FreezesBetween(start.AddHours(-2), start));
        Assert.Null(Assert.Single(overlay.FreezesBetween(start, start.AddMinutes(1))).Where);
    }

    [Fact]
    public void Facts_keep_the_form_in_which_they_were_written()
    {
        var overlay = Read("version: 1\nresources:\n  - { id: a, facts: { n: 2.5, f: true, t: idle, q: '7' } }");

        var facts = overlay.Resources[0].Facts;
        Assert.Equal(FactValue.Of(2.5), facts["n"]);
        Assert.Equal(FactValue.Of(flag: true), facts["f"]);
        Assert.Equal(FactValue.Of("idle"), facts["t"]);
        Assert.Equal(FactValue.Of("7"), facts["q"]);
    }

    internal static EstateOverlay Read(string yaml)
    {
        var reading = OverlayFile.Parse(yaml, "homeostat.yaml");
        Assert.Empty(reading.Errors);
        return reading.Overlay!;
    }
}
