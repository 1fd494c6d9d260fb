using System.Security.Cryptography;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Leases;
using Homeostat.Server.Hosting;

namespace Homeostat.Server.Leases;

/// <summary>A decision with what the service adds to it.</summary>
/// <param name="Permit">Null unless it is allowed.</param>
/// <param name="Earlier">The permit was given before a restart; its receipt is the log's entry.</param>
internal sealed record ServedDecision(Decision? Decision, OutstandingPermit? Permit, bool Looked, bool Earlier);

/// <summary>
/// Decides requests: once for each idempotency key, and a second time where looking again at a few facts could settle it.
/// </summary>
internal sealed class DecisionDesk(ControlParts parts)
{
    private static readonly Judgement Over = Judgement.Denied(
        "permit",
        "what this idempotency key was permitted for is over, or not yet on the log",
        "ask again; for another run with a new key"
    );

    private readonly Lock _lock = new();
    private readonly Dictionary<(LeaseId, string), Remembered> _answers = [];
    private readonly Queue<(LeaseId, string)> _order = [];

    /// <summary>Null where the key was used for another request.</summary>
    public async Task<ServedDecision?> DecideAsync(ActionRequest request, string? key, byte[] bodyHash)
    {
        if (key is null)
        {
            return await DecideAsync(request);
        }

        var (remembered, isNew) = Remember((request.Lease, key), bodyHash);
        if (!CryptographicOperations.FixedTimeEquals(remembered.BodyHash, bodyHash))
        {
            return null;
        }

        if (isNew)
        {
            await AnswerAsync(request, key, remembered);
        }

        var served = await remembered.Answer.Task;
        return served?.Permit is { } permit && !(isNew && !served.Earlier)
            ? await ToldAgainAsync(request, served, permit)
            : served;
    }

    /// <summary>What was allowed once is told again only while it still holds: a retry must not outlive lease or permit.</summary>
    private async Task<ServedDecision> ToldAgainAsync(
        ActionRequest request,
        ServedDecision served,
        OutstandingPermit permit
    ) =>
        // Decided as if it were new, so that its refusal is on the log like any other.
        parts.Book.Find(request.Lease, request.Agent, parts.Clock.GetUtcNow()).Refusal
            is not null
            ? await DecideAsync(request)
        : parts.Book.FindPermit(permit.Permit) is not { IsDurable: true }
            ? new ServedDecision(new Decision(request, Over, null, null), null, Looked: false, Earlier: false)
        : served;

    /// <summary>What the decision would be, after a look where one helps; nothing is reserved and nothing is written.</summary>
    public async Task<ServedDecision> SimulateAsync(ActionRequest request, CancellationToken cancellationToken)
    {
        var decision = parts.Decider.Simulate(request);
        if (Decider.LookAt(decision) is not { Length: > 0 } ids)
        {
            return new ServedDecision(decision, null, Looked: false, Earlier: false);
        }

        await parts.Estate.LookAsync(ids, cancellationToken);
        return new ServedDecision(parts.Decider.Simulate(request, hasLooked: true), null, Looked: true, Earlier: false);
    }

    private async Task AnswerAsync(ActionRequest request, string key, Remembered remembered)
    {
        try
        {
            // After a restart the permit is still out: it is told again, not given twice.
            var served = parts.Book.FindPermit(request.Lease, request.Id) is { } earlier
                ? await AgainAsync(request, earlier)
                : await DecideAsync(request);
            if (served?.Decision is { Receipt: null })
            {
                // The log could not take it; the same key may try again.
                Forget((request.Lease, key));
            }

            remembered.Answer.SetResult(served);
        }
        catch (Exception error)
        {
            Forget((request.Lease, key));
            remembered.Answer.SetException(error);
        }
    }

    /// <summary>Null where the permit that is out is for other effects.</summary>
    private async Task<ServedDecision?> AgainAsync(ActionRequest request, OutstandingPermit earlier)
    {
        if (!earlier.IsFor(request.Effects))
        {
            return null;
        }

        // A crash may have come while its entry was waiting for the witnesses.
        return earlier.Terms.CannotBeUndone && parts.Witnesses is { } witnesses && !await witnesses.HasAllAsync()
            ? new ServedDecision(new Decision(request, Decider.Unwitnessed, null, null), null, false, false)
            : new ServedDecision(null, earlier, Looked: false, Earlier: true);
    }

    private async Task<ServedDecision> DecideAsync(ActionRequest request)
    {
        var decision = await parts.Decider.DecideLookingAsync(request);
        parts.Tallies.Note(decision);
        var permit = decision.Permit is { } given ? parts.Book.FindPermit(given.Id) : null;
        return new ServedDecision(decision, permit, decision.HasLooked, Earlier: false);
    }

    private (Remembered Remembered, bool IsNew) Remember((LeaseId, string) key, byte[] bodyHash)
    {
        var now = parts.Clock.GetUtcNow();
        lock (_lock)
        {
            while (
                _order.TryPeek(out var oldest)
                && (
                    _order.Count >= Limits.RememberedAnswers
                    || !_answers.TryGetValue(oldest, out var first)
                    || now - first.At > Limits.RememberAnswer
                )
            )
            {
                _answers.Remove(_order.Dequeue());
            }

            if (_answers.TryGetValue(key, out var known))
            {
                return (known, false);
            }

            var made = new Remembered(bodyHash, now);
            _answers.Add(key, made);
            _order.Enqueue(key);
            return (made, true);
        }
    }

    private void Forget((LeaseId, string) key)
    {
        lock (_lock)
        {
            _answers.Remove(key);
        }
    }

    private sealed record Remembered(byte[] BodyHash, DateTimeOffset At)
    {
        public TaskCompletionSource<ServedDecision?> Answer { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
