using System.Text.RegularExpressions;
using Homeostat.Client.Contract;
using Homeostat.SystemTests.Postgres.Site;

namespace Homeostat.SystemTests.Postgres.Bypass;

/// <summary>
/// Each attack of the files beside this one, by psql under a lease for a few notes and by Npgsql under one for looking:
/// it is refused in words with an SQLSTATE, the refusal is on the log, and production is what it was.
/// </summary>
[Collection(SiteCollection.Name)]
public sealed partial class AttackTests(ProductionSite site)
{
    private const string Missing = "PostgreSQL 15 is not installed";

    private static readonly string[] Decided = ["42501", "55000", "42P01", "42883", "42704", "26000"];

    /// <summary>What the gateway itself answers; anything else came from PostgreSQL, so that the text had reached it.</summary>
    private static readonly string[] Answered = [.. Decided, "0A000", "42601", "54001", "22021", "08P01"];

    public static bool IsInstalled => Cluster.WhyNot is null;

    public static TheoryData<string> Files => [.. Attack.Files];

    [Theory(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    [MemberData(nameof(Files))]
    public Task By_psql(string file) =>
        RunAsync(
            Attack.All.Where(attack => attack.File == file),
            Cones.Notes,
            async (door, attack) =>
            {
                var ran = await Programs.PsqlAsync(door, attack.Script);
                var refusals = Refusals().Matches(ran.Errors).Select(match => match.Groups["state"].Value);
                return new Course([.. refusals], ran.Output, ran.Errors);
            }
        );

    [Theory(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    [MemberData(nameof(Files))]
    public Task By_Npgsql(string file) =>
        RunAsync(
            Attack.All.Where(attack => attack.File == file && !attack.Is("psql")),
            Cones.Reading,
            async (door, attack) =>
            {
                await using var connection = await door.OpenAsync();
                return await NpgsqlSession.RunAsync(connection, attack.Statements);
            }
        );

    private async Task RunAsync(IEnumerable<Attack> attacks, ConeBody cone, Func<Door, Attack, Task<Course>> run)
    {
        var troubles = new List<string>();
        var decided = new List<Visit>();
        var before = await site.FingerprintAsync();
        foreach (var attack in attacks)
        {
            // A session that only reads has no temporary tables: PostgreSQL refuses them before the attack begins.
            var visit = await site.LendAsync(attack.Is("temporary") ? Cones.Notes : cone);
            var course = await run(visit.Door, attack.On(site.Cluster));
            var after = await site.FingerprintAsync();
            if (TroubleOf(course, before, after) is { } trouble)
            {
                troubles.Add($"{attack.Name}: {trouble}");
            }
            else if (Decided.Contains(course.Refusals[0]))
            {
                decided.Add(visit);
            }

            before = after;
        }

        Assert.True(troubles.Count == 0, string.Join(Environment.NewLine, troubles));
        foreach (var visit in decided)
        {
            await visit.Service.Decisions.FindAsync(visit.Agent, decision => decision.Verdict != "allow");
        }
    }

    /// <summary>What is wrong with how an attack went, or null.</summary>
    private static string? TroubleOf(Course course, IReadOnlyList<string> before, IReadOnlyList<string> after) =>
        !before.SequenceEqual(after)
            ? $"production was {string.Join(", ", before.Except(after))} and is {string.Join(", ", after.Except(before))}"
        : course.Output.Contains("canary", StringComparison.Ordinal) ? $"it learnt {course.Output}"
        : course.Refusals is not [var first, ..] ? $"nothing was refused: {course.Output}"
        : !Answered.Contains(first) ? $"PostgreSQL answered, not the gateway: {course.Errors}"
        : Decided.Contains(first) && !course.Errors.Contains("refused", StringComparison.Ordinal)
            ? $"no reason was given: {course.Errors}"
        : null;

    [GeneratedRegex(
        "^(psql:[^\n]*?: )?ERROR:  (?<state>[0-9A-Z]{5}): ",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Refusals();
}
