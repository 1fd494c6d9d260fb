using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Leases;

/// <summary>Whether what a request would do lies inside the cones of its lease and of every lease above it.</summary>
public static class LightConeTest
{
    public const string Name = "light-cone";

    public static void Review(CaseFile file, List<Finding> findings)
    {
        for (var at = 0; at < file.Balance.Lineage.Count; at++)
        {
            var lease = file.Balance.Lineage[at];
            ReviewTime(lease, file, findings);
            ReviewEffects(lease, file, findings);
            ReviewAmounts(lease, file, findings);
        }

        if (file.Balance.Outstanding <= 0)
        {
            findings.Add(
                Refusal("too many permits are out that nobody has observed yet", "wait until they have been observed")
            );
        }

        if (file.Balance.ThisMinute <= 0)
        {
            findings.Add(Refusal("the lease's permits of this minute are used up", "wait a minute"));
        }
    }

    private static void ReviewTime(Lease lease, CaseFile file, List<Finding> findings)
    {
        if (lease.Cone.NotBefore is { } start && file.Now < start)
        {
            findings.Add(Refusal($"lease {lease.Id} may not be used before {start:u}"));
        }

        if (lease.Cone.Windows is { } windows && !windows.Any(window => window.Contains(file.Now)))
        {
            findings.Add(Refusal($"{file.Now:u} is outside the windows of lease {lease.Id}"));
        }

        // A freeze stops what changes something; looking changes nothing.
        if (Effect.AreAllReads(file.Request.Effects))
        {
            return;
        }

        for (var at = 0; at < lease.Cone.Freezes.Count; at++)
        {
            var freeze = lease.Cone.Freezes[at];
            if (file.Now >= freeze.From && file.Now < freeze.To && Touches(file, freeze.Where))
            {
                findings.Add(Refusal($"freeze {freeze.Name} until {freeze.To:u}: {freeze.Reason}"));
            }
        }
    }

    private static bool Touches(CaseFile file, Selector? where) =>
        where is null
        || file.Consequences.Touched.Concat(file.Consequences.Destroyed).Any(id => where.MayTouch(file.Estate, id));

    private static void ReviewEffects(Lease lease, CaseFile file, List<Finding> findings)
    {
        for (var at = 0; at < file.Request.Effects.Count; at++)
        {
            var effect = file.Request.Effects[at];
            if (effect is not Effect.Unknown && (lease.Cone.Operations & effect.Operation) == Operations.None)
            {
                findings.Add(Refusal($"lease {lease.Id} does not cover {effect.Operation} (of {effect.Target})"));
            }

            if (!Covers(lease.Cone.Where, file.Estate, effect))
            {
                findings.Add(Refusal($"{effect.Target} is outside lease {lease.Id}"));
            }
        }

        foreach (var node in file.Consequences.EndedNodes)
        {
            var ended = file.Estate.IdOf(node);
            if (!lease.Cone.Where.Matches(file.Estate, ended))
            {
                findings.Add(Refusal($"{ended} would end with it and is outside lease {lease.Id}"));
            }
        }

        ReviewManner(lease, file, findings);
    }

    private static void ReviewManner(Lease lease, CaseFile file, List<Finding> findings)
    {
        if (
            lease.Cone.Manner == Manner.ReadOnly
            && file.Request.Effects.FirstOrDefault(effect => effect is not Effect.Read) is { } write
        )
        {
            findings.Add(
                Refusal($"lease {lease.Id} is for reading, and {write.Doing} {write.Target} changes something")
            );
        }
        else if (lease.Cone.Manner < Manner.IrreversibleWithCritics && file.Consequences.Irreversible.Count > 0)
        {
            var loss = file.Consequences.Irreversible[0];
            findings.Add(
                Refusal(
                    $"lease {lease.Id} is for what can be undone, and {loss.Effect.Doing} {loss.Subject} cannot: {loss.Reason}"
                )
            );
        }
    }

    private static bool Covers(Selector where, EstateSnapshot estate, Effect effect) =>
        effect is Effect.Create create && !estate.Contains(create.Target)
            ? where.Matches(create.Target, create.Kind, create.Location, create.Environments)
            : where.Matches(estate, effect.Target);

    private static void ReviewAmounts(Lease lease, CaseFile file, List<Finding> findings)
    {
        var amounts = lease.Cone.Amounts;
        var touched = file.Consequences.Touched.Count + file.Consequences.EndedNodes.Length;
        if (touched > amounts.Resources && !Effect.AreAllReads(file.Request.Effects))
        {
            findings.Add(
                Refusal(
                    $"it touches {touched} resources, lease {lease.Id} allows {amounts.Resources} at once",
                    "do fewer at a time"
                )
            );
        }

        ReviewRows(lease, file, findings);
        if (file.Consequences.Irreversible.Count > file.Balance.Irreversible)
        {
            findings.Add(
                Refusal(
                    $"{file.Consequences.Irreversible.Count} effects cannot be undone, lease {lease.Id} has {file.Balance.Irreversible} left"
                )
            );
        }
    }

    /// <summary>Rows count together: many small losses in one request are one large one.</summary>
    private static void ReviewRows(Lease lease, CaseFile file, List<Finding> findings)
    {
        var sum = 0L;
        for (var at = 0; at < file.Request.Effects.Count; at++)
        {
            if (file.Request.Effects[at] is not Effect.LoseData lose)
            {
                continue;
            }

            var rows = lose.Extent.Rows ?? long.MaxValue;
            sum = rows > long.MaxValue - sum ? long.MaxValue : sum + Math.Max(0, rows);
            if (sum > lease.Cone.Amounts.Rows)
            {
                var lost = lose.Extent.Rows is null ? "an unknown number of rows" : $"{sum} rows";
                findings.Add(
                    Refusal(
                        $"{lose.Asset} would lose {lost}, lease {lease.Id} allows {lease.Cone.Amounts.Rows} at once"
                    )
                );
                return;
            }
        }
    }

    private static Finding Refusal(string reason, string? remedy = null) =>
        new(Name, Verdict.Deny, reason) { Remedy = remedy };
}
