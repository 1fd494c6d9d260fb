using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Homeostasis;

/// <summary>
/// What cannot be undone gets critics, unless it is of tier 2 or 3, is what the goal names, and nobody else leans on it.
/// Touching a guard gets them too.
/// </summary>
internal static class IrreversibilityRule
{
    public const string Irreversible = "homeostasis.irreversible";
    public const string Guard = "homeostasis.guard";

    public static void Add(Consequences consequences, Goal? goal, bool hasLooked, List<Finding> findings)
    {
        foreach (var loss in consequences.Irreversible)
        {
            if (WhyReviewed(consequences, goal, loss) is { } why)
            {
                findings.Add(
                    new Finding(
                        Irreversible,
                        loss.LookAt.Count > 0 && !hasLooked ? Verdict.Defer : Verdict.StepUp,
                        $"{loss.Effect.Doing} {loss.Subject}{When(loss.Effect)} cannot be undone ({loss.Reason}), and {why}"
                    )
                    {
                        Path = [loss.Effect.Target.Value],
                        EvidenceAge = consequences.OldestEvidence,
                        LookAt = hasLooked ? [] : loss.LookAt,
                    }
                );
            }
        }

        foreach (var guard in consequences.GuardNodes)
        {
            if (!GuardsOnlyWhatGoes(consequences, goal, guard))
            {
                var id = consequences.Estate.IdOf(guard);
                findings.Add(
                    new Finding(
                        Guard,
                        Verdict.StepUp,
                        $"{id} would no longer guard {GuardedBy(consequences.Estate, guard)}"
                    )
                    {
                        Path = [id.Value],
                    }
                );
            }
        }
    }

    /// <summary>What comes later is judged as if it came now; nobody else may be there to stop it then.</summary>
    private static string When(Effect effect) =>
        effect.Delay > TimeSpan.Zero ? $", {Ages.Text(effect.Delay)} later," : "";

    private static string? WhyReviewed(Consequences consequences, Goal? goal, Irreversibility loss) =>
        loss.Tier <= Tier.One ? $"it is tier {(int)loss.Tier}"
        : goal is null || !IsNamed(goal, loss) ? "the goal does not name it"
        : SharedBy(consequences, goal) is { } other ? $"{other} leans on it and is not part of the goal"
        : null;

    /// <summary>Who names a container names what is in it; who names a trigger does not name what it sets off.</summary>
    private static bool IsNamed(Goal goal, Irreversibility loss) =>
        goal.Names(loss.Subject) || (loss.Effect is not Effect.Delegate && goal.Names(loss.Effect.Target));

    private static ResourceId? SharedBy(Consequences consequences, Goal goal)
    {
        foreach (var node in consequences.LeaningNodes)
        {
            var id = consequences.Estate.IdOf(node);
            if (!goal.Names(id))
            {
                return id;
            }
        }

        return null;
    }

    /// <summary>
    /// A guard whose every ward the goal removes, at tier 2 or 3, leaves nothing unguarded that should stay. It goes by the
    /// goal and not by what this request ends: ending more must never make a request look better.
    /// </summary>
    private static bool GuardsOnlyWhatGoes(Consequences consequences, Goal? goal, int guard)
    {
        var estate = consequences.Estate;
        foreach (var at in estate.Tables.GuardsOfGuard.Of(guard))
        {
            var guarded = estate.Tables.Guards[at].Guarded;
            var goes =
                estate.Node(guarded).EffectiveTier >= Tier.Two
                && goal is not null
                && goal.Removes.Contains(estate.IdOf(guarded));
            if (!goes)
            {
                return false;
            }
        }

        return true;
    }

    private static string GuardedBy(EstateSnapshot estate, int guard)
    {
        var guarded = estate.Tables.GuardsOfGuard.Of(guard);
        return guarded.Length switch
        {
            0 => "anything",
            1 => estate.IdOf(estate.Tables.Guards[guarded[0]].Guarded).Value,
            _ => $"{estate.IdOf(estate.Tables.Guards[guarded[0]].Guarded)} and {guarded.Length - 1} more",
        };
    }
}

/// <summary>What is not in the model is deferred: nobody can say what it would do.</summary>
internal static class ModelGaps
{
    public static void Add(Consequences consequences, List<Finding> findings)
    {
        foreach (var unseen in consequences.Unseen)
        {
            findings.Add(
                new Finding(
                    HomeostasisTest.Unseen,
                    Verdict.Defer,
                    $"{unseen} is not in the model: unknown, in use and tier 0 until somebody looks"
                )
                {
                    Path = [unseen.Value],
                    LookAt = [unseen],
                }
            );
        }

        foreach (var (effect, missing) in consequences.Unregulated)
        {
            findings.Add(
                new Finding(HomeostasisTest.Unregulated, Verdict.Defer, $"{effect.Target}: {missing}")
                {
                    Path = [effect.Target.Value],
                    Remedy = "teach the model what it does, or have a person do it",
                }
            );
        }
    }
}
