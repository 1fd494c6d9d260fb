using System.Text.Json;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;
using Homeostat.Estates.Inference;
using Homeostat.Estates.Terraform;
using Homeostat.Testing;

namespace Homeostat.Estates.Tests.Overmind;

/// <summary>
/// What fails when a resource of a real plan ends, against lists worked out by hand from the plan's own attributes
/// (impaired.json, with the reasoning of each).
/// </summary>
public sealed class ImpairedSetTests
{
    private static readonly DateTimeOffset Now = new(2025, 12, 11, 18, 2, 0, TimeSpan.Zero);

    private static readonly Lazy<EstateSnapshot?> Estate = new(Load);

    public static TheoryData<string> Destroys() =>
        [.. Expectations().Select(expected => string.Join(" + ", expected.Destroy))];

    [Theory]
    [MemberData(nameof(Destroys))]
    public void TheImpairedAreThoseWorkedOutByHand(string destroy)
    {
        var consequences = Predict(destroy);
        Assert.Equal(Expected(destroy).Impaired, Plain(consequences.Impaired));
    }

    [Theory]
    [MemberData(nameof(Destroys))]
    public void WhatEndsWithItIsWhatTheCloudDeletesWithIt(string destroy)
    {
        var targets = destroy.Split(" + ");
        var consequences = Predict(destroy);
        Assert.Equal(Expected(destroy).Destroyed, Plain(consequences.Destroyed).Except(targets));
    }

    [Fact]
    public void TheAlarmImpairsNothingAndCostsGuardIntegrity()
    {
        var alarm = Assert.Single(
            Expectations(),
            expected => expected.Destroy[0].Contains("metric_alarm", StringComparison.Ordinal)
        );
        var consequences = Predict(alarm.Destroy[0]);
        Assert.Empty(consequences.Impaired);
        Assert.Equal(alarm.Destroy, Plain(consequences.GuardsLost));
        Assert.Contains(consequences.Outcomes[0].Changes, change => change.Kind == VariableKind.GuardIntegrity);
    }

    private static Consequences Predict(string destroy)
    {
        if (Estate.Value is not { } estate)
        {
            Assert.Skip("../shared/estates/overmind-terraform-example is not here");
            throw new InvalidOperationException();
        }

        Effect[] effects = [.. destroy.Split(" + ").Select(id => new Effect.Destroy(new(id)))];
        return new Simulator(new SimulationOptions()).Predict(estate, CommittedFutures.None, effects, Now);
    }

    private static EstateSnapshot? Load()
    {
        if (SharedFolder.Find("estates", "overmind-terraform-example", "plan.json") is not { } path)
        {
            return null;
        }

        var model = new EstateModel(ShelfLives.Default);
        var listing = EstateInference.Apply(TerraformFile.Load(path).Records).Changes;
        return model.Apply(new EstateBatch(listing, IsFullListing: true));
    }

    /// <summary>Without the pseudo resources that stand for attributes (address#name).</summary>
    private static IEnumerable<string> Plain(IEnumerable<ResourceId> ids) =>
        ids.Select(id => id.Value).Where(id => !id.Contains('#')).Order(StringComparer.Ordinal);

    private static Expectation Expected(string destroy) =>
        Expectations().Single(expected => string.Join(" + ", expected.Destroy) == destroy);

    private static Expectation[] Expectations()
    {
        var file = Path.Combine(SharedFolder.Root(), "tests", "Homeostat.Estates.Tests", "Overmind", "impaired.json");
        var read = JsonSerializer.Deserialize<Expectation[]>(File.ReadAllBytes(file), JsonSerializerOptions.Web) ?? [];
        return
        [
            .. read.Select(expected =>
                expected with
                {
                    Impaired = [.. expected.Impaired.Order(StringComparer.Ordinal)],
                    Destroyed = [.. expected.Destroyed.Order(StringComparer.Ordinal)],
                }
            ),
        ];
    }

    public sealed record Expectation(string[] Destroy, string[] Destroyed, string[] Impaired, string Why);
}
