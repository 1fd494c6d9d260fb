using Homeostat.Core.Actions;
using Homeostat.Core.Critics;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Core.Tests.Simulation;

namespace Homeostat.Core.Tests.Deciding;

/// <summary>The judgement alone: no book, no log.</summary>
internal static class Judging
{
    public static readonly Judge Judge = new(StressTable.Default, CriticPanel.Default);

    private static readonly DateTimeOffset Now = RandomEstate.Now;

    public static Lease Lease(string id = "lease", double stress = 0.1, LightCone? cone = null) =>
        new()
        {
            Id = new(id),
            Agent = new("agent"),
            Cone = cone ?? Everything(stress),
            Purpose = "test",
            IssuedAt = Now.AddHours(-1),
            ExpiresAt = Now.AddHours(1),
        };

    public static LightCone Everything(double stress = 0.1) =>
        new()
        {
            Operations = (Operations)ushort.MaxValue,
            Amounts = new Amounts
            {
                Resources = 10_000,
                Rows = long.MaxValue,
                Stress = stress,
                Irreversible = 10_000,
                PerMinute = 100_000,
                Outstanding = 10_000,
            },
            Manner = Manner.IrreversibleWithCritics,
        };

    public static LeaseBalance Balance(double stress = 0.1) => new([Lease(stress: stress)], stress, 10_000, 100, 100);

    public static ActionRequest Request(Goal? goal, params IReadOnlyList<Effect> effects) =>
        new()
        {
            Id = new("request"),
            Agent = new("agent"),
            Lease = new("lease"),
            Operation = "test",
            Effects = effects,
            Goal = goal,
        };

    public static Judgement Review(
        EstateSnapshot estate,
        ActionRequest request,
        double stress = 0.1,
        CommittedFutures? futures = null,
        bool hasLooked = false
    ) => Judge.Review(request, Balance(stress), estate, futures ?? CommittedFutures.None, Now, hasLooked);

    /// <summary>The same, where the goal names every target for removal.</summary>
    public static Judgement Review(EstateSnapshot estate, params Effect[] effects) =>
        Review(estate, Request(GoalOf(effects), effects));

    public static Goal GoalOf(params IEnumerable<Effect> effects) =>
        new("as asked") { Removes = [.. effects.Select(effect => effect.Target)] };

    public static string Told(Judgement judgement) =>
        $"{judgement.Verdict}: {string.Join('\n', judgement.Findings.Select(finding => $"{finding.AtMost} {finding.Test} {finding.Reason}"))}";
}
