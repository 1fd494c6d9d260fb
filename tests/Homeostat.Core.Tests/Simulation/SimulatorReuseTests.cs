using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;
using Homeostat.Core.Tests.Deciding;

namespace Homeostat.Core.Tests.Simulation;

public sealed class SimulatorReuseTests
{
    /// <summary>A simulator that has predicted other things before says the same as a new one.</summary>
    [Fact]
    public void NothingOfAnEarlierPredictionIsLeft()
    {
        var estate = new OrdersEstate().Build();
        var used = new Simulator(new SimulationOptions());
        foreach (var target in estate.Resources.Concat(estate.Resources.Reverse()))
        {
            Effect[] effects = [new Effect.Destroy(target), new Effect.DisableGuard(new("alarm"))];
            var expected = new Simulator(new SimulationOptions()).Predict(
                estate,
                CommittedFutures.None,
                effects,
                OrdersEstate.Now
            );
            var actual = used.Predict(estate, CommittedFutures.None, effects, OrdersEstate.Now);
            Assert.Equal(Shown(expected), Shown(actual));
        }
    }

    private static string[] Shown(Consequences consequences) =>
        [
            .. consequences.Touched.Select(id => $"touched {id}"),
            .. consequences.Destroyed.Select(id => $"destroyed {id}"),
            .. consequences.Impairments.Select(impairment =>
                $"impaired {impairment.Resource} {string.Join('>', impairment.Path)}"
            ),
            .. consequences.CopiesLost.Select(copy => $"lost {copy}"),
            .. consequences.GuardsLost.Select(id => $"guard {id}"),
            .. consequences.Irreversible.Select(loss => $"irreversible {loss.Subject} {loss.Reason}"),
            .. consequences.WaysBack.Select(way => $"back {way.By}"),
            .. consequences.UnsettledBy.Select(id => $"unsettled {id}"),
        ];
}
