using Homeostat.Core.Actions;
using Homeostat.Core.Critics;
using Homeostat.Core.Leases;

namespace Homeostat.Cli.Reviewing;

/// <summary>A plan from which changes may be missing is not allowed for what it shows: what it hides was not judged.</summary>
internal sealed class UnfinishedPlanCritic(string because) : ICritic
{
    public const string Test = "plan";

    public string Name => Test;

    public IReadOnlyList<Finding> Review(CaseFile file) =>
        [
            new Finding(Test, Verdict.Defer, because)
            {
                Remedy = "make the plan again until it is whole, and review that",
            },
        ];
}
