using Homeostat.Core.Actions;
using Homeostat.Core.Critics;
using Xunit;

namespace Homeostat.Testing;

/// <summary>What every deterministic critic must hold; a critic's test class derives from it and says how to make one.</summary>
public abstract class CriticContract
{
    private const int Samples = 300;

    protected abstract ICritic CreateCritic();

    private static Verdict MostOf(IEnumerable<Finding> findings) =>
        findings.Aggregate(Verdict.Allow, (most, finding) => most.And(finding.AtMost));

    [Fact]
    public void It_says_the_same_of_the_same_file_whoever_asks()
    {
        for (var seed = 0; seed < Samples; seed++)
        {
            var file = new RandomCaseFile(seed).Of(int.MaxValue);
            var first = CreateCritic().Review(file);
            var again = CreateCritic().Review(file);
            Assert.Equivalent(first, again, strict: true);
        }
    }

    [Fact]
    public void It_never_throws_and_signs_what_it_finds()
    {
        var critic = CreateCritic();
        for (var seed = 0; seed < Samples; seed++)
        {
            foreach (var finding in critic.Review(new RandomCaseFile(seed).Of(int.MaxValue)))
            {
                Assert.True(finding.Test == critic.Name, $"{finding.Test} of {critic.Name}, seed {seed}");
                Assert.NotEmpty(finding.Reason);
            }
        }
    }

    [Fact]
    public void More_effects_never_loosen_what_it_would_allow()
    {
        var critic = CreateCritic();
        var tightened = 0;
        for (var seed = 0; seed < Samples; seed++)
        {
            var files = new RandomCaseFile(seed);
            var before = Verdict.Allow;
            for (var effects = 0; effects <= files.Effects.Count; effects++)
            {
                var most = MostOf(critic.Review(files.Of(effects)));
                Assert.True(most <= before, $"seed {seed}: {before} became {most} with effect {effects}");
                tightened += most < before ? 1 : 0;
                before = most;
            }
        }

        Assert.True(tightened > 0, $"{critic.Name} has nothing against any of {Samples} requests");
    }
}
