using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>One run of one statement: what it was permitted by, and what the server said of it.</summary>
internal sealed class Execution(Plan plan, Permit? permit)
{
    public const string NotExecuted = "not executed";

    private string _claim = NotExecuted;

    public Plan Plan { get; } = plan;

    /// <summary>What has to be settled when the transaction ends; null for a look.</summary>
    public PermitId? Permit { get; } = permit is null || Effect.AreAllReads(permit.Request.Effects) ? null : permit.Id;

    /// <summary>The names that it gives or takes if it succeeds.</summary>
    public IReadOnlyList<Naming> Namings { get; set; } = [];

    /// <summary>What the server runs in the place of the client's statement; null where it runs that.</summary>
    public Substitute? Substitute { get; init; }

    /// <summary>The session has nothing in the catalogue that this could change.</summary>
    public bool KeepsCatalogue { get; init; }

    /// <summary>It stands among the permits that wait for the end of the transaction.</summary>
    public bool IsHeld { get; set; }

    public string Claim
    {
        get => _claim;
        set => _claim = value.Length <= Limits.MaxClaimLength ? value : value[..Limits.MaxClaimLength];
    }

    public void Stand(Standing standing)
    {
        foreach (var naming in Namings)
        {
            naming.Standing = standing;
        }
    }
}

/// <summary>The permits of the statements of one open transaction; settled when it ends, whatever way that is.</summary>
internal sealed class HeldPermits(Settler settler)
{
    private readonly List<Execution> _held = [];

    public void Hold(Execution execution)
    {
        if (execution is { Permit: not null, IsHeld: false })
        {
            execution.IsHeld = true;
            _held.Add(execution);
        }
    }

    /// <summary>The transaction ended, and what the server said of each statement holds.</summary>
    public void Commit() => Settle(execution => execution.Claim);

    /// <summary>Nothing of the transaction has remained.</summary>
    public void RollBack() =>
        Settle(execution =>
            execution.Claim == Execution.NotExecuted || execution.Claim.StartsWith("failed", StringComparison.Ordinal)
                ? execution.Claim
                : "rolled back"
        );

    public void Lose() => Settle(_ => "unknown: connection lost");

    private void Settle(Func<Execution, string> claim)
    {
        foreach (var execution in _held)
        {
            settler.Add(new FinishedPermit(execution.Permit!.Value, claim(execution)));
        }

        _held.Clear();
    }
}
