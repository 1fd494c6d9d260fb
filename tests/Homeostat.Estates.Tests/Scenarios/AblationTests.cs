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
        var results = await Replay.RunAsync(
            Shipped.Load(name),
            new ReplayOptions { Ablation = ablation },
            TestContext.Current.CancellationToken
        );
        var result = results.Single(result => result.Variant == variant);
        Assert.False(result.HaltedBeforeFirstIrreversible);
        Assert.NotEmpty(result.Lost);
        Assert.False(result.Passed);
    }

    [Fact]
    public async Task WithAllOfThemTheJudgeOutsideTheLogSaysTheSame()
    {
        // Futures stand in nobody's way here: the ablated path must then agree with the product's own.
        var scenario = Shipped.Load("github-2018");
        var token = TestContext.Current.CancellationToken;
        var guarded = await Replay.RunAsync(scenario, new ReplayOptions(), token);
        var ablated = await Replay.RunAsync(scenario, new ReplayOptions { Ablation = Ablation.Futures }, token);
        Assert.Equal(guarded.Select(result => result.Actual), ablated.Select(result => result.Actual));
    }
}
