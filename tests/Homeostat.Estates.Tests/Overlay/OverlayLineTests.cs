using Homeostat.Core.Deciding;
using Homeostat.Estates.Overlay;

namespace Homeostat.Estates.Tests.Overlay;

/// <summary>What a report tells a person to write is read back as an overlay.</summary>
public sealed class OverlayLineTests
{
    [Theory]
    [InlineData(SettlingKind.Tier, "aws_instance.web[\"a\"]", "2")]
    [InlineData(SettlingKind.TestedRestore, "asset: it's", "-")]
    [InlineData(SettlingKind.Durability, "asset:db", "1")]
    [InlineData(SettlingKind.ExposureLimit, "bucket", "12")]
    [InlineData(SettlingKind.OutageTolerance, "shop", "300")]
    [InlineData(SettlingKind.ShelfLife, "Metric", "7300")]
    [InlineData(SettlingKind.ShelfLife, "State", "1")]
    [InlineData(SettlingKind.Exists, "#web", "-")]
    [InlineData(SettlingKind.Declaration, "bank: api", "-")]
    [InlineData(SettlingKind.Fact, "web", "cpu_percent")]
    public void Every_line_can_be_pasted_once_a_person_has_filled_in_the_capitals(
        SettlingKind kind,
        string subject,
        string value
    )
    {
        var line = OverlayLine.Of(new SettlingHint(kind, subject, value))!;
        var text = line
            .Line.Replace("KIND", "compute-instance")
            .Replace("VALUE", "5")
            .Replace("TIME", "2026-03-02T12:00:00Z");

        var reading = OverlayFile.Parse($"version: 1\n{line.Section}:\n  {text}\n", "homeostat.yaml");

        Assert.Empty(reading.Errors);
    }

    [Fact]
    public void Where_no_overlay_helps_there_is_no_line() => Assert.Null(OverlayLine.Of(SettlingHint.Nothing));
}
