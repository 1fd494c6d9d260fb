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

        var findings = new List<Finding>();
        foreach (var loss in file.Consequences.Irreversible)
        {
            if (file.Estate.Describe(loss.Subject) is { } resource && !IsFresh(file, resource))
            {
                findings.Add(StaleFinding(file, resource));
            }
        }

        return findings;
    }

    private static bool IsFresh(CaseFile file, Resource resource) =>
        resource.Existence.IsFreshAt(file.Now, file.Estate.ShelfLives.Existence);

    private Finding StaleFinding(CaseFile file, Resource resource)
    {
        var age = resource.Existence.AgeAt(file.Now);
        var seen = age is { } known ? $"was last seen {Ages.Ago(known)}" : "was seen at a time that nobody stated";
        return new Finding(
            Name,
            file.HasLooked ? Verdict.Deny : Verdict.Defer,
            $"{resource.Id} {seen} ({resource.Existence.Source}): who leans on it by now is unknown"
        )
        {
            Path = [resource.Id.Value],
            EvidenceAge = age,
            LookAt = [resource.Id],
            Remedy = "refresh the source and ask again",
        };
    }
}
