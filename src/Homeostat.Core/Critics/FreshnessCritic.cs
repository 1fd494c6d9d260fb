using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;

namespace Homeostat.Core.Critics;

/// <summary>
/// What cannot be undone is not done to something whose very existence and relations were last seen too long ago: who
/// leans on it by now is unknown.
/// </summary>
public sealed class FreshnessCritic : ICritic
{
    public string Name => "critic.freshness";

    public IReadOnlyList<Finding> Review(CaseFile file)
    {
        if (file.Consequences.Irreversible.Count == 0)
        {
            return [];
        }

        List<Finding>? findings = null;
        foreach (var loss in file.Consequences.Irreversible)
        {
            if (file.Estate.ExistenceOf(loss.Subject) is { } seen && !IsFresh(file, seen))
            {
                (findings ??= []).Add(StaleFinding(file, loss.Subject, seen));
            }
        }

        return findings ?? [];
    }

    private static bool IsFresh(CaseFile file, Provenance seen) =>
        seen.IsFreshAt(file.Now, file.Estate.ShelfLives.Existence);

    private Finding StaleFinding(CaseFile file, ResourceId id, Provenance seen)
    {
        var age = seen.AgeAt(file.Now);
        var when = age is { } known ? $"was last seen {Ages.Ago(known)}" : "was seen at a time that nobody stated";
        return new Finding(
            Name,
            file.HasLooked ? Verdict.Deny : Verdict.Defer,
            $"{id} {when} ({seen.Source}): who leans on it by now is unknown"
        )
        {
            Path = [id.Value],
            EvidenceAge = age,
            LookAt = [id],
            Remedy = "refresh the source and ask again",
        };
    }
}
