using Homeostat.Cli.Auditing;
using Homeostat.Cli.Tests.Running;
using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Storage;

namespace Homeostat.Cli.Tests.Log;

/// <summary>What an auditor is told of decisions that cannot all be true.</summary>
public sealed class DecisionAuditTests : IDisposable
{
    private const string Origin = "example.org/log";

    private static readonly DecisionStatement Allow = new() { Verdict = "Allow", Permit = "permit-1" };
    private static readonly DecisionStatement Deny = new();

    private readonly string _folder = Directory.CreateTempSubdirectory("homeostat-cli-").FullName;
    private readonly SigningKey _key = SigningKey.FromSeed(Origin, new byte[32]);

    [Fact]
    public async Task Decisions_that_fit_together_are_good()
    {
        await WriteAsync(
            Allow,
            Deny with
            {
                Time = DecisionStatement.Start.AddSeconds(5),
            },
            Allow with
            {
                Permit = "permit-2",
                Time = DecisionStatement.Start.AddSeconds(3),
            }
        );

        Assert.Empty(Audit());
        Assert.Equal(0, await RunAsync());
    }

    [Fact]
    public async Task A_permit_that_is_given_twice_is_found()
    {
        await WriteAsync(Allow, Deny, Allow with { Agent = "another" });

        await FoundAsync(2, "the permit 'permit-1' was given by entry 0 already");
    }

    [Fact]
    public async Task An_allow_without_a_permit_is_found()
    {
        await WriteAsync(Deny, Allow with { Permit = "" });

        await FoundAsync(1, "an Allow without a permit");
    }

    [Fact]
    public async Task A_permit_from_anything_but_an_allow_is_found()
    {
        await WriteAsync(Deny with { Permit = "permit-1" });

        await FoundAsync(0, "a Deny that gives the permit 'permit-1'");
    }

    [Fact]
    public async Task A_clock_that_creeps_back_is_measured_from_the_latest_decision()
    {
        await WriteAsync(
            Deny with
            {
                Time = DecisionStatement.Start.AddSeconds(3),
            },
            Deny with
            {
                Time = DecisionStatement.Start.AddSeconds(1),
            },
            Deny with
            {
                Time = DecisionStatement.Start.AddSeconds(0.5),
            }
        );

        await FoundAsync(2, "decided 2.5 s before entry 0, which stands before it");
    }

    [Fact]
    public async Task A_decision_that_somebody_else_signed_is_found()
    {
        using var other = SigningKey.Generate("agent");
        var options = new LedgerOptions();
        options.Signers.Admit(other.PublicKey);
        using (var log = LedgerLog.Open(Log, Origin, _key, TimeProvider.System, options))
        {
            await log.AppendAsync(Allow.Sign(other), TestContext.Current.CancellationToken);
        }

        await FoundAsync(0, "it says it is a decision, and it is not signed by the log's key");
    }

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Log => Path.Combine(_folder, "log");

    private IReadOnlyList<Finding> Audit() =>
        LedgerVerifier.Audit(Log, $"{_key.VerifierKey}", [new DecisionFold(_key.VerifierKey)]).Findings;

    private async Task FoundAsync(long entry, string problem)
    {
        var finding = Assert.Single(Audit());
        Assert.Equal((entry, problem), (finding.Entry!.Value, finding.Problem));
        Assert.Equal(ExitCode.BadInput, await RunAsync());
    }

    private async Task<int> RunAsync() =>
        (await CommandLine.RunAsync("log", "audit", "--log", Log, "--key", $"{_key.VerifierKey}")).Code;

    private async Task WriteAsync(params DecisionStatement[] decisions)
    {
        using var log = LedgerLog.Open(Log, Origin, _key, TimeProvider.System);
        foreach (var decision in decisions)
        {
            await log.AppendAsync(decision.Sign(_key), TestContext.Current.CancellationToken);
        }
    }
}
