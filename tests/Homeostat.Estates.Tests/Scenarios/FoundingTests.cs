using Homeostat.Estates.Scenarios;

namespace Homeostat.Estates.Tests.Scenarios;

/// <summary>The scenario that the project exists for, in numbers.</summary>
public sealed class FoundingTests
{
    [Fact]
    public async Task WhatIsLostWhatIsKeptAndWhatIsStillSaved()
    {
        var row = await Shipped.ReplayAsync("founding");
        Assert.Equal(
            ["272 services dead", "2720 data assets lost for good"],
            row.Unguarded.Single(result => result.Variant == "harmful").Lost
        );

        var harmful = row.Guarded.Single(result => result.Variant == "harmful");
        Assert.Empty(harmful.Lost);

        // What was really idle, at tier 3, could go: 280 test databases ended, 280 test machines stopped.
        Assert.Equal(560, harmful.Permitted.Count);
        Assert.All(harmful.Permitted, id => Assert.StartsWith("test-", id, StringComparison.Ordinal));
    }
}
