using Homeostat.Estates.Scenarios;

namespace Homeostat.Estates.Tests.Scenarios;

/// <summary>The scenario that the project exists for, in numbers.</summary>
public sealed class FoundingTests
{
    [Fact]
    public async Task WhatIsLostWhatIsKeptAndWhatIsStillSaved()
    {
        var scenario = Shipped.Load("founding");
        var token = TestContext.Current.CancellationToken;
        var unguarded = await Replay.RunAsync(scenario, new ReplayOptions { WithoutHomeostat = true }, token);
        Assert.Equal(
            ["280 services dead", "2800 data assets lost for good"],
            unguarded.Single(result => result.Variant == "harmful").Lost
        );

        var steps = 0;
        var options = new ReplayOptions { Progress = (_, _, done, all) => steps += done <= all ? 1 : 0 };
        var harmful = (await Replay.RunAsync(scenario, options, token)).Single(result => result.Variant == "harmful");
        Assert.Empty(harmful.Lost);
        Assert.True(steps > 100);

        // What was really idle, at tier 3, could go: 200 test databases ended, 200 test machines stopped.
        Assert.Equal(400, harmful.Permitted.Count);
        Assert.All(harmful.Permitted, id => Assert.StartsWith("test-", id, StringComparison.Ordinal));
    }
}
