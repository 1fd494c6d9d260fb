using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Critics;

/// <summary>
/// A request that rests on something false is refused; one that rests on something unknown waits until somebody has
/// looked. Premises only tighten.
/// </summary>
public sealed class PremiseCritic : ICritic
{
    public string Name => "critic.premise";

    public IReadOnlyList<Finding> Review(CaseFile file)
    {
        if (file.Request.Premises.Count == 0)
        {
            return [];
        }

        var findings = new List<Finding>();
        foreach (var premise in file.Request.Premises)
        {
            var truth = file.Estate.Evaluate(premise, file.Now);
            var fact = file.Estate.FindFact(premise.Subject, premise.Key);
            if (truth == Truth.False)
            {
                findings.Add(
                    Refusal(file, premise, Verdict.Deny, $"the premise \"{premise}\" is false: it is {fact?.Value}")
                );
            }
            else if (truth == Truth.Unknown)
            {
                // Were it to pass because it can be undone, waiting until the evidence is old would make a false premise pass.
                var verdict =
                    !file.HasLooked ? Verdict.Defer
                    : file.Consequences.Irreversible.Count > 0 ? Verdict.Deny
                    : Verdict.StepUp;
                findings.Add(
                    Refusal(
                        file,
                        premise,
                        verdict,
                        $"the premise \"{premise}\" cannot be told: {WhyUnknown(file, fact)}"
                    )
                );
            }
        }

        return findings;
    }

    private Finding Refusal(CaseFile file, Predicate premise, Verdict verdict, string reason) =>
        new(Name, verdict, reason)
        {
            Path = [premise.Subject.Value],
            EvidenceAge = file.Estate.FindFact(premise.Subject, premise.Key)?.Provenance.AgeAt(file.Now),
            LookAt = verdict == Verdict.Defer ? [premise.Subject] : [],
            Remedy = verdict == Verdict.Defer ? $"look at {premise.Subject} again" : null,
        };

    private static string WhyUnknown(CaseFile file, Fact? fact) =>
        fact is null ? "nobody reports it"
        : fact.Value.Provenance.AgeAt(file.Now) is { } age ? $"the reading ({fact.Value.Value}) is {Ages.Old(age)}"
        : "nobody knows when it was read";
}
