using System.Text.RegularExpressions;
using Homeostat.Client.Contract;
using Homeostat.SystemTests.Postgres.Site;
using Npgsql;

namespace Homeostat.SystemTests.Postgres.Bypass;

/// <summary>
/// Each attack of the files beside this one, by psql under a lease for a few notes and by Npgsql under one for looking:
/// it is refused in words with an SQLSTATE, the refusal is on the log, and production is what it was.
/// </summary>
[Collection(SiteCollection.Name)]
public sealed partial class AttackTests(ProductionSite site)
{
    private static readonly string[] Decided = ["42501", "55000"];

    /// <summary>What the gateway itself answers; anything else came from PostgreSQL, so that the text had reached it.</summary>
    private static readonly string[] Answered = [.. Decided, "0A000", "42601", "54001", "22021", "08P01"];

    public static TheoryData<string> Names => [.. Attack.All.Keys];

    [Theory(SkipUnless = nameof(IsInstalled), Skip = "PostgreSQL 15 is not installed")]
    [MemberData(nameof(Names))]
    public async Task By_psql(string name)
    {
        var attack = Attack.All[name].On(site.Cluster);
        var visit = await site.LendAsync(Cones.Notes);
        var before = await site.FingerprintAsync();

        var ran = await Programs.PsqlAsync(visit.Door, attack.Script);

        var refusals = Refusals().Matches(ran.Errors).Select(match => match.Groups["state"].Value).ToList();
        await CheckAsync(visit, before, refusals, ran.Output, ran.Errors);
    }

    [Theory(SkipUnless = nameof(IsInstalled), Skip = "PostgreSQL 15 is not installed")]
    [MemberData(nameof(Names))]
    public async Task By_Npgsql(string name)
    {
        var attack = Attack.All[name].On(site.Cluster);
        Assert.SkipWhen(attack.Is("psql"), "a script of psql");
        var visit = await site.LendAsync(Cones.Reading);
        var before = await site.FingerprintAsync();
        await using var connection = await visit.Door.OpenAsync();

        var (refusals, output, errors) = await NpgsqlSession.RunAsync(connection, attack.Statements);

        await CheckAsync(visit, before, refusals, output, errors);
    }

    public static bool IsInstalled => Cluster.WhyNot is null;

    private async Task CheckAsync(
        Visit visit,
        IReadOnlyList<string> before,
        IReadOnlyList<string> refusals,
        string output,
        string errors
    )
    {
        var after = await site.FingerprintAsync();
        Assert.Equal(before, after);
        Assert.DoesNotContain("canary", output, StringComparison.Ordinal);
        Assert.True(refusals.Count > 0, $"nothing was refused: {output}{errors}");
        Assert.True(Answered.Contains(refusals[0]), $"PostgreSQL answered, not the gateway: {errors}");
        if (Decided.Contains(refusals[0]))
        {
            Assert.Contains("refused", errors, StringComparison.Ordinal);
            await visit.Service.Decisions.FindAsync(visit.Agent, decision => decision.Verdict != "allow");
        }
    }

    [GeneratedRegex(
        "^(psql:[^\n]*?: )?ERROR:  (?<state>[0-9A-Z]{5}): ",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Refusals();
}
