using Homeostat.Estates.Scenarios;

namespace Homeostat.Estates.Tests.Scenarios;

/// <summary>Each mechanism stops something that no other does.</summary>
public sealed class AblationTests
{
    [Theory]
    [InlineData("keepthescore-2020", "harmful", Ablation.Simulation)]
    [InlineData("knight-2012", "stale", Ablation.Staleness)]
    [InlineData("two-halves", "harmful", Ablation.Futures)]
    public async Task WithoutItSomethingIsLost(string name, string variant, Ablation ablation)
    {
        var results = (await Shipped.ReplayAsync(name)).Ablated[ablation];
        var result = results.Single(result => result.Variant == variant);
        Assert.False(result.HaltedBeforeFirstIrreversible);
        Assert.NotEmpty(result.Lost);
        Assert.False(result.Passed);
    }

    [Fact]
    public async Task WithAllOfThemTheJudgeOutsideTheLogSaysTheSame()
    {
        // Futures stand in nobody's way here: the ablated path must then agree with the product's own.
        var row = await Shipped.ReplayAsync("github-2018");
        var (guarded, ablated) = (row.Guarded, row.Ablated[Ablation.Futures]);
        Assert.Equal(guarded.Select(result => result.Actual), ablated.Select(result => result.Actual));
    }
}
