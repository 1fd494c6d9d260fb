using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Tests.Deciding;
using static Homeostat.Core.Tests.Deciding.SmallEstate;

namespace Homeostat.Core.Tests.Simulation;

/// <summary>What passes is judged by how long it takes, which is never less than its target is known to take.</summary>
public sealed class DurationTests
{
    [Theory]
    [InlineData(5, 5, 15, Verdict.Allow)]
    [InlineData(30, 5, 15, Verdict.Deny)] // the request says so itself
    [InlineData(5, 780, 15, Verdict.Deny)] // it says five minutes, it is known to take thirteen hours
    [InlineData(null, 5, 15, Verdict.Allow)] // it says nothing, five minutes are known
    [InlineData(null, null, 15, Verdict.Deny)] // nobody knows: then it does not pass
    [InlineData(5, 5, 0, Verdict.Deny)]
    public async Task ARebuildMustFitIntoTheOutageThatIsTolerated(
        int? saidMinutes,
        int? knownMinutes,
        int toleratedMinutes,
        Verdict verdict
    )
    {
        var estate = new SmallEstate()
            .Add(
                Of("console", "service", Tier.One) with
                {
                    OutageTolerance = TimeSpan.FromMinutes(toleratedMinutes),
                },
                Needs("console", 1, "environment")
            )
            .Add(
                Of("environment", "instance-group") with
                {
                    State = RunState.Running,
                    ConfigurationKnown = true,
                    RebuildTime = knownMinutes is { } known ? TimeSpan.FromMinutes(known) : null,
                }
            );
        var recreate = new Effect.Destroy(new("environment"))
        {
            Recreated = true,
            Duration = saidMinutes is { } said ? TimeSpan.FromMinutes(said) : null,
        };
        Assert.Equal(verdict, (await estate.DecideAsync(recreate)).Verdict);
    }

    [Fact]
    public async Task WhatComesLaterIsJudgedNowAndSaysWhen()
    {
        var estate = new SmallEstate().Add(Of("db", "database", Tier.Zero), Copy("db", CopyRole.Primary));
        var decision = await estate.DecideAsync(new Effect.Destroy(new("db")) { Delay = TimeSpan.FromDays(365) });
        Assert.NotEqual(Verdict.Allow, decision.Verdict);
        Assert.Contains(
            decision.Judgement.Findings,
            finding => finding.Reason.Contains("365 d later", StringComparison.Ordinal)
        );
    }
}
