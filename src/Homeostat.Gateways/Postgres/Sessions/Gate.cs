using System.Security.Cryptography;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>Either a permit or why there is none.</summary>
internal readonly record struct Ruling(Permit? Permit, Refusal? Refusal);

/// <summary>Asks for the decision of each statement of one session. There is no way past it.</summary>
internal sealed class Gate(GatewayParts parts, Lease lease, Settler settler)
{
    private readonly Goal _looking = new(lease.Purpose);
    private readonly string _prefix = $"pg-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}-";
    private (EstateSnapshot Estate, Goal Goal)? _goal;
    private long _requests;

    /// <summary>Permitted at once, or to be asked for in full.</summary>
    public bool TryLook(Plan plan) =>
        plan is { OnlyLooks: true, Translation.Forbidden: null }
        && parts.Decider.DecideRead(Request(plan, plan.Translation.Effects, _looking)).Permit is not null;

    public async ValueTask<Ruling> DecideAsync(Plan plan, IReadOnlyList<Effect> effects)
    {
        try
        {
            var looks = Effect.AreAllReads(effects);
            var request = Request(plan, effects, NamesNothing(effects) ? _looking : Goal(effects));
            if (
                looks
                && plan.Translation.Forbidden is null
                && parts.Decider.DecideRead(request) is { Permit: { } look }
            )
            {
                return new Ruling(look, null);
            }

            var decision = await parts.Decider.DecideLookingAsync(request).ConfigureAwait(false);
            if (decision.Permit is { } permit && plan.Translation.Forbidden is null)
            {
                return new Ruling(permit, null);
            }

            Drop(decision.Permit);
            return new Ruling(null, Refusal.Of(decision, plan, parts.Estate(), parts.Clock.GetUtcNow()));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return new Ruling(
                null,
                Refusal.NotNow($"{plan.Translation.Command} refused: it could not be decided", failure.GetType().Name)
            );
        }
    }

    /// <summary>A permit that nothing was done under.</summary>
    public void Drop(Permit? permit)
    {
        if (permit is not null && !Effect.AreAllReads(permit.Request.Effects))
        {
            settler.Add(new FinishedPermit(permit.Id, Execution.NotExecuted));
        }
    }

    private ActionRequest Request(Plan plan, IReadOnlyList<Effect> effects, Goal goal) =>
        new()
        {
            Id = new RequestId(_prefix + (++_requests).ToString()),
            Agent = lease.Agent,
            Lease = lease.Id,
            Operation = plan.Translation.Command,
            Effects = effects,
            PayloadHash = plan.PayloadHash,
            Goal = goal,
        };

    /// <summary>Nothing of it asks what the goal names: it looks, adds, or loses rows that are lent by number.</summary>
    private static bool NamesNothing(IReadOnlyList<Effect> effects) =>
        effects.All(effect =>
            effect
                is Effect.Read
                    or Effect.LoseData { Extent.Rows: not null }
                    or Effect.Change { Impact: ChangeImpact.Harmless }
        );

    /// <summary>What is lent without a way back was lent by a person, who named it in the words of a selector.</summary>
    private Goal Goal(IReadOnlyList<Effect> effects)
    {
        if (lease.Cone.Manner != Manner.IrreversibleWithCritics || parts.Estate() is not { } estate)
        {
            return _looking;
        }

        if (_goal is not { } known || !ReferenceEquals(known.Estate, estate))
        {
            known = (estate, new Goal(lease.Purpose) { Changes = Selection.Of(lease.Cone.Where, estate).ToList() });
            _goal = known;
        }

        // A table that was made a moment ago is in the words of the selector and not yet in the estate.
        var unseen = effects
            .Select(effect => effect.Target)
            .Where(target => !estate.Contains(target) && lease.Cone.Where.Matches(estate, target))
            .ToList();
        return unseen.Count == 0 ? known.Goal : known.Goal with { Changes = [.. known.Goal.Changes, .. unseen] };
    }
}
