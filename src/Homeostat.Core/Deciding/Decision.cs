using Homeostat.Core.Actions;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Ledger.Storage;

namespace Homeostat.Core.Deciding;

/// <summary>What the tests say of a request, before anything is reserved or written down.</summary>
public sealed record Judgement(Verdict Verdict, IReadOnlyList<Finding> Findings)
{
    /// <summary>Null where the request never got as far (no lease, an invalid request).</summary>
    public CaseFile? File { get; init; }

    /// <summary>In observe mode, the verdict that enforcing would have given; null where the verdict binds as it is.</summary>
    public Verdict? WouldBe { get; init; }

    /// <summary>It is deferred, and looking again at what it names may settle it.</summary>
    public bool CanBeLookedAt => Verdict == Verdict.Defer && Findings.Any(finding => finding.LookAt.Count > 0);

    public Consequences? Consequences => File?.Consequences;

    public Assessment? Assessment => File?.Assessment;

    public static Judgement Denied(string test, string reason, string? remedy = null) =>
        new(Verdict.Deny, [new Finding(test, Verdict.Deny, reason) { Remedy = remedy }]);
}

/// <summary>The right to forward one request. Only Core makes one, and only after the decision is on the log.</summary>
public sealed class Permit
{
    internal Permit(PermitId id, ActionRequest request, Receipt receipt) =>
        (Id, Request, Receipt) = (id, request, receipt);

    internal Permit(ActionRequest request, long place) => (Request, Place) = (request, place);

    /// <summary><c>default</c> for a read that is written down behind: there is nothing to settle.</summary>
    public PermitId Id { get; }

    public ActionRequest Request { get; }

    /// <summary>The proof that the decision is on the log; null for a read, which has a place in the queue instead.</summary>
    public Receipt? Receipt { get; }

    /// <summary>A read's place among those that are written down behind, counted from 1; otherwise 0.</summary>
    public long Place { get; }
}

/// <summary>The answer to one request.</summary>
/// <param name="Receipt">Null where the log could not take the entry; then the verdict is <see cref="Verdict.Deny"/>.</param>
/// <param name="Permit">Null unless the verdict is <see cref="Verdict.Allow"/>.</param>
public sealed record Decision(ActionRequest Request, Judgement Judgement, Receipt? Receipt, Permit? Permit)
{
    public Verdict Verdict => Judgement.Verdict;

    /// <summary>What mattered was looked at again before this was decided.</summary>
    public bool HasLooked { get; init; }

    /// <summary>What would be accepted instead; only after a refusal, and only where it was looked for.</summary>
    public Alternative? Alternative { get; init; }
}
