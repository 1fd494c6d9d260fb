using Homeostat.Cli.Commands.Log;
using Homeostat.Ledger.Checkpoints;

namespace Homeostat.Cli.Tests.Log;

/// <summary>What a person reads of a decision.</summary>
public sealed class StatementTextTests : IDisposable
{
    private readonly SigningKey _key = SigningKey.FromSeed("example.org/log", new byte[32]);

    [Fact]
    public void A_line_says_when_what_was_answered_and_about_what()
    {
        var line = StatementText.Line(7, new DecisionStatement { Verdict = "StepUp" }.Sign(_key));

        Assert.Contains("2026-03-02 12:00:00Z  step-up  goal", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_confidence_that_nobody_gave_is_no_number_for_people_and_stays_one_for_tools()
    {
        var entry = new DecisionStatement().Sign(_key);

        Assert.Equal("not given", StatementText.ToShow(0, entry)["payload"]!["confidence"]!.ToString());
        Assert.Equal("-1000000", StatementText.ToJson(0, entry)["payload"]!["confidence"]!.ToString());
    }

    public void Dispose() => _key.Dispose();
}
