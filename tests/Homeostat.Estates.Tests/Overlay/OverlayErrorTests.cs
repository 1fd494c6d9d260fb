using System.Text;
using CsCheck;
using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;

namespace Homeostat.Estates.Tests.Overlay;

/// <summary>Whoever writes an overlay is told where it is wrong and what would be right.</summary>
public sealed class OverlayErrorTests
{
    public static TheoryData<string, string> Mistakes() =>
        new()
        {
            { "services: [] # here", "version is missing; begin the file with `version: 1`" },
            { "version: 2 # here", "found '2'; a whole number from 1 to 1 is right" },
            { "version: 1\nservice: [] # here", "service is no key of this mapping; did you mean services?" },
            { "version: 1\nservices: []\nservices: [] # here", "services stands here a second time (first in line 2)" },
            { "- version: 1 # here", "the top level is a mapping" },
            { "version: 1\n--- # here\nversion: 1", "a second document begins here" },
            { "version: 1\nservices: 7 # here", "found '7'; a list is right" },
            { "version: 1\nservices: { id: a } # here", "found a mapping; a list is right" },
            { "version: 1\nservices:\n  - orders # here", "found 'orders'; a mapping with id, tier" },
            { "version: 1\nservices:\n  - tier: 0 # here", "id is missing" },
            { "version: 1\nservices:\n  - id: \"a\\tb\" # here", "an id has 1 to 2048 characters" },
            { "version: 1\nservices:\n  - id: a\n    tier: 4 # here", "found '4'; one of 0, 1, 2, 3 is right" },
            { "version: 1\nservices:\n  - id: a\n    tier: [0] # here", "found a list; a single value is right" },
            { "version: 1\nservices:\n  - id: a\n    owner: '' # here", "found an empty text" },
            { "version: 1\nservices:\n  - id: a\n    capacity: 0 # here", "a whole number from 1 to" },
            { "version: 1\nservices:\n  - id: a\n    capacity: 1.5 # here", "a whole number from 1 to" },
            { "version: 1\nservices:\n  - id: a\n    exposureLimit: -1 # here", "a whole number from 1 to" },
            { "version: 1\nservices:\n  - id: a\n    outageTolerance: 15 # here", "a duration has units" },
            { "version: 1\nservices:\n  - id: a\n    outageTolerance: 30m1h # here", "a duration has units" },
            { "version: 1\nservices:\n  - id: a\n    outageTolerance: 999999w # here", "a duration has units" },
            { "version: 1\nservices:\n  - id: a\n    environments: { a: b } # here", "a list of texts is right" },
            {
                "version: 1\nservices:\n  - id: a\n    environments:\n      - x\n      - x # here",
                "stands in this list twice"
            },
            {
                "version: 1\nservices:\n  - id: a\n  - id: a # here",
                "stands among the services a second time (first in line 3)"
            },
            {
                "version: 1\nservices:\n  - id: a\n    needs:\n      - k: 1\n        members: [b] # here-1",
                "group is missing"
            },
            {
                "version: 1\nservices:\n  - id: a\n    needs:\n      - group: g # here\n        members: [b]",
                "k is missing; say how many"
            },
            {
                "version: 1\nservices:\n  - id: a\n    needs:\n      - group: g\n        k: some # here\n        members: [b]",
                "a whole number from 1"
            },
            {
                "version: 1\nservices:\n  - id: a\n    needs:\n      - group: g # here\n        k: all",
                "members are missing"
            },
            {
                "version: 1\nservices:\n  - id: a\n    needs:\n      - group: g\n        k: all\n        members: [] # here",
                "members are missing"
            },
            {
                "version: 1\nservices:\n  - id: a\n    needs:\n      - { group: g, k: 1, members: [b] }\n      - { group: g, k: 1, members: [c] } # here",
                "stands among the groups a second time"
            },
            { "version: 1\nservices:\n  - id: a\n    standbys:\n      - members: [b] # here", "name is missing" },
            {
                "version: 1\nservices:\n  - id: a\n    standbys:\n      - { name: s, members: [b] }\n      - { name: s, members: [c] } # here",
                "stands among the standbys a second time"
            },
            { "version: 1\nresources:\n  - tier: 1 # here", "an entry has either an id or a match" },
            {
                "version: 1\nresources:\n  - id: a # here\n    match: { ids: [b] }",
                "an entry has either an id or a match"
            },
            { "version: 1\nresources:\n  - match: {} # here\n    tier: 3", "an empty selector selects nothing" },
            {
                "version: 1\nresources:\n  - match:\n      ids: [] # here\n    tier: 3",
                "an empty list selects nothing"
            },
            { "version: 1\nresources:\n  - match:\n      labels: {} # here\n    tier: 3", "no label is named here" },
            {
                "version: 1\nresources:\n  - match:\n      labels: { a: [b] } # here\n    tier: 3",
                "found a list; a text, a number or a flag is right"
            },
            {
                "version: 1\nresources:\n  - match:\n      kinds: [databse] # here\n    tier: 3",
                "did you mean database?"
            },
            {
                "version: 1\nresources:\n  - match: { ids: [a] }\n    kind: database # here",
                "kind is said of one resource"
            },
            {
                "version: 1\nresources:\n  - match: { ids: [a] }\n    location: { zone: z } # here",
                "location is said of one resource"
            },
            {
                "version: 1\nresources:\n  - match: { ids: [a] }\n    needs: [{ group: g, k: 1, members: [b] }] # here",
                "needs is said of one resource"
            },
            {
                "version: 1\nresources:\n  - id: a\n    kind: tabel # here",
                "found 'tabel', no kind of the model; did you mean table?"
            },
            { "version: 1\nresources:\n  - id: a\n    exists: yes # here", "true or false is right" },
            { "version: 1\nresources:\n  - id: a\n    facts: [x] # here", "a mapping of names is right" },
            { "version: 1\nresources:\n  - id: a\n    rebuildTime: soon # here", "a duration has units" },
            { "version: 1\nassets:\n  - tier: 0 # here", "id is missing" },
            { "version: 1\nassets:\n  - id: a\n    hazards: [zones] # here", "did you mean zone?" },
            { "version: 1\nassets:\n  - id: a\n    hazards: [] # here", "no hazard is named" },
            { "version: 1\nassets:\n  - id: a\n    minDurability: 0 # here", "a whole number from 1" },
            { "version: 1\nassets:\n  - id: a\n  - id: a # here", "stands among the assets a second time" },
            { "version: 1\nassets:\n  - id: a\n    copies:\n      - role: backup # here", "holder is missing" },
            {
                "version: 1\nassets:\n  - id: a\n    copies:\n      - holder: h # here",
                "role is missing; one of primary, replica, standby, backup"
            },
            {
                "version: 1\nassets:\n  - id: a\n    copies:\n      - holder: h\n        role: copy # here",
                "one of primary, replica, standby, backup is right"
            },
            {
                "version: 1\nassets:\n  - id: a\n    copies:\n      - { holder: h, role: backup }\n      - { holder: h, role: backup } # here",
                "stands among the copies a second time"
            },
            {
                "version: 1\nassets:\n  - id: a\n    copies:\n      - holder: h\n        role: backup\n        observedAt: 2026-03-02T12:00:00Z # here",
                "give recoveryPointAge too"
            },
            {
                "version: 1\nassets:\n  - id: a\n    copies:\n      - holder: h\n        role: backup\n        restoreTestedAt: 2026-03-02T12:00:00 # here",
                "a time is ISO 8601 with its offset"
            },
            {
                "version: 1\nassets:\n  - id: a\n    copies:\n      - holder: h\n        role: backup\n        failureDomains: {} # here",
                "no failure domain is named"
            },
            {
                "version: 1\nrestores:\n  - testedAt: 2026-03-02T12:00:00Z # here",
                "name the holder of the copy, the asset, or both"
            },
            { "version: 1\nrestores:\n  - holder: h # here", "testedAt is missing" },
            {
                "version: 1\nrestores:\n  - holder: h\n    testedAt: 2026-02-30T12:00:00Z # here",
                "a time is ISO 8601 with its offset"
            },
            {
                "version: 1\nfreezes:\n  - reason: r # here\n    every: { days: [sat], from: \"00:00\", to: \"00:00\" }",
                "name is missing"
            },
            {
                "version: 1\nfreezes:\n  - name: n # here\n    every: { days: [sat], from: \"00:00\", to: \"00:00\" }",
                "reason is missing"
            },
            { "version: 1\nfreezes:\n  - name: n # here\n    reason: r", "either from and to, or every" },
            {
                "version: 1\nfreezes:\n  - name: n # here\n    reason: r\n    from: 2026-03-02T12:00:00Z",
                "from and to belong together"
            },
            {
                "version: 1\nfreezes:\n  - name: n\n    reason: r\n    from: 2026-03-02T12:00:00Z\n    to: 2026-03-02T13:00:00+02:00 # here",
                "the freeze ends before it begins"
            },
            {
                "version: 1\nfreezes:\n  - name: n\n    reason: r\n    every: { days: [someday], from: \"00:00\", to: \"00:00\" } # here",
                "one of mon, tue"
            },
            {
                "version: 1\nfreezes:\n  - name: n\n    reason: r\n    every: { days: [sat], from: 6pm, to: \"00:00\" } # here",
                "a time of day is HH:mm in UTC"
            },
            {
                "version: 1\nfreezes:\n  - name: n\n    reason: r\n    every: { days: [sat], to: \"00:00\" } # here",
                "from is missing"
            },
            {
                "version: 1\nfreezes:\n  - name: n\n    reason: r\n    where: {} # here\n    every: { days: [sat], from: \"00:00\", to: \"00:00\" }",
                "an empty selector selects nothing"
            },
            {
                "version: 1\nfreezes:\n  - { name: n, reason: r, every: { days: [sat], from: \"00:00\", to: \"00:00\" } }\n  - { name: n, reason: r, every: { days: [sat], from: \"00:00\", to: \"00:00\" } } # here",
                "stands among the freezes a second time"
            },
            { "version: 1\nenvironments: [production] # here", "a mapping of names is right" },
            { "version: 1\nenvironments:\n  production: enforce # here", "a mapping with mode is right" },
            { "version: 1\nenvironments:\n  production: {} # here", "mode is missing" },
            { "version: 1\nenvironments:\n  production: { mode: off } # here", "one of enforce, observe is right" },
            { "version: 1\ndefaults: { tier: none } # here", "one of 0, 1, 2, 3 is right" },
            { "version: 1\nreview: { stressBudget: lots } # here", "a number from 0 to 1000 is right" },
            { "version: 1\nreview: { stressBudget: NaN } # here", "a number from 0 to 1000 is right" },
            { "version: 1\nreview: { stressbudget: 1 } # here", "did you mean stressBudget?" },
            { "version: 1\nshelfLives: { metric: 15 min } # here", "a duration has units" },
            { "version: 1\nstress: { tierWeights: [1, 1] } # here", "found 2 weights" },
            { "version: 1\nstress: { tierWeights: [0, 0.1, 0.5, 1] } # here", "a less critical tier weighs more" },
            { "version: 1\nstress: { tierWeights: [1, x, 0, 0] } # here", "found 'x'; a number from 0 to 1 is right" },
            {
                "version: 1\nstress: { variables: { headroom: { healthy: 0 } } } # here",
                "healthy and lethal are the same"
            },
            { "version: 1\nstress: { variables: { headroom: { canBeLethal: 1 } } } # here", "true or false is right" },
            { "version: 1\ndefaults: &d { tier: 1 } # here", "anchors and aliases are not read" },
            { "version: 1\ndefaults: !!map { tier: 1 } # here", "tags are not read" },
            { "version: 1\n? [a]\n: 1 # here-1", "a key is a name" },
            { "version: 1\ndefaults: { tier: 1 # here\nservices: []", "this is not valid YAML" },
            { "version: 1\nservices:\n\t- id: a # here", "this is not valid YAML" },
        };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Each_mistake_is_named_with_its_line_and_what_would_be_right(string yaml, string message)
    {
        var lines = yaml.Split('\n');
        var at = Array.FindIndex(lines, line => line.Contains("# here"));
        var expected = at + 1 - (lines[at].EndsWith("# here-1", StringComparison.Ordinal) ? 1 : 0);

        var reading = OverlayFile.Parse(yaml, "homeostat.yaml");

        Assert.Null(reading.Overlay);
        Assert.Contains(reading.Errors, error => error.Message.Contains(message) && error.Place.Line == expected);
        Assert.All(reading.Errors, error => Assert.StartsWith($"homeostat.yaml:{error.Place.Line}:", error.ToString()));
    }

    [Fact]
    public void All_errors_come_at_once_in_the_order_of_the_file()
    {
        var reading = OverlayFile.Parse(
            """
            version: 1
            defaults: { tier: 9 }
            services:
              - id: orders
                teir: 0
                needs:
                  - { group: db, k: 0, members: [db-a] }
            freezes:
              - { name: sale, reason: sale, from: tomorrow, to: 2026-03-02T12:00:00Z }
            """,
            "homeostat.yaml"
        );

        Assert.Equal([2, 5, 7, 9], reading.Errors.Select(error => error.Place.Line));
        Assert.Equal(
            "homeostat.yaml:7:25: services[0].needs[0].k: found '0'; a whole number from 1 to 1000000 is right",
            reading.Errors[2].ToString()
        );
        Assert.Contains("did you mean tier?", reading.Errors[1].Message);
    }

    [Fact]
    public void An_empty_file_says_what_it_needs()
    {
        foreach (var text in (string[])["", "# nothing yet\n", "---\n...\n"])
        {
            Assert.NotEmpty(OverlayFile.Parse(text, "homeostat.yaml").Errors);
        }
    }

    [Fact]
    public void Nesting_beyond_the_limit_is_refused_where_it_goes_too_deep()
    {
        var reading = OverlayFile.Parse("version: 1\nservices: " + new string('[', 100_000), "homeostat.yaml");
        var error = Assert.Single(reading.Errors);
        Assert.Equal(2, error.Place.Line);
        Assert.Contains("nested more than", error.Message);
    }

    [Fact]
    public void An_alias_bomb_costs_nothing()
    {
        var bomb = new StringBuilder("version: 1\na0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 30; i++)
        {
            bomb.AppendLine($"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}]");
        }

        var reading = OverlayFile.Parse(bomb.ToString(), "homeostat.yaml");
        Assert.Null(reading.Overlay);
        Assert.Contains(reading.Errors, error => error.Message.Contains("aliases are not read"));
    }

    [Fact]
    public void A_file_that_is_too_large_or_absent_or_not_text_is_refused_by_name()
    {
        using var folder = new TestFolder();
        var large = folder.Write("large.yaml", new string('#', OverlayLimits.MaxFileBytes + 1));
        Assert.Contains(
            "split it by estate",
            Assert.Throws<EstateSourceException>(() => OverlayFile.Load(large)).Message
        );
        var binary = Path.Combine(folder.Path, "binary.yaml");
        File.WriteAllBytes(binary, [0x76, 0xff, 0xfe, 0x00]);
        Assert.Contains("not UTF-8", Assert.Throws<EstateSourceException>(() => OverlayFile.Load(binary)).Message);
        var absent = Path.Combine(folder.Path, "absent.yaml");
        Assert.Contains(absent, Assert.Throws<EstateSourceException>(() => OverlayFile.Load(absent)).Message);
    }

    [Fact]
    public void A_long_list_of_errors_is_cut_and_counted()
    {
        using var folder = new TestFolder();
        var text = "version: 1\n" + string.Concat(Enumerable.Range(0, 150).Select(i => $"key{i}: 1\n"));
        var error = Assert.Throws<EstateSourceException>(() => OverlayFile.Load(folder.Write("many.yaml", text)));
        Assert.EndsWith("and 50 more errors", error.Message);
    }

    [Fact]
    public void Whatever_the_text_is_the_answer_is_an_overlay_or_errors()
    {
        string[] pieces =
        [
            "version: 1\n",
            "services:",
            "  - id: a\n",
            "resources:\n",
            "- match: ",
            "{",
            "}",
            "[",
            "]",
            ": ",
            "? ",
            "|\n",
            ">-\n",
            "&a ",
            "*a ",
            "!!binary ",
            "%YAML 1.2\n",
            "---\n",
            "...\n",
            "\"",
            "'",
            "\\x",
            "\t",
            "\n",
            "    ",
            "\0",
            "\u0085",
            "\uFEFF",
            "\ud800",
            "tier: ",
            "0x1F",
            "1e309",
            "~",
            "<<: ",
            "# ",
            "members: [\"*\"]\n",
            "every: {days: [mon]",
            "stress:\n",
            "2026-03-02T12:00:00Z",
            "-",
            ",",
            "@",
            "`",
        ];
        Gen.Int[0, pieces.Length - 1]
            .Select(at => pieces[at])
            .Array[0, 40]
            .Select(string.Concat)
            .Sample(
                text =>
                {
                    var reading = OverlayFile.Parse(text, "homeostat.yaml");
                    return reading.Overlay is null == reading.Errors.Count > 0;
                },
                iter: 20_000
            );
    }

    [Fact]
    public void Random_bytes_are_never_more_than_an_error()
    {
        Gen.String.Sample(
            text =>
                OverlayFile.Parse("version: 1\n" + text, "homeostat.yaml") is { } reading
                && reading.Overlay is null == reading.Errors.Count > 0,
            iter: 20_000
        );
    }
}
