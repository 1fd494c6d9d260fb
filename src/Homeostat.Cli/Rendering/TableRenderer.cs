using System.Globalization;
using Homeostat.Cli.Reporting;
using Homeostat.Cli.Running;
using Spectre.Console;

namespace Homeostat.Cli.Rendering;

/// <summary>Writes the report for a person at a terminal: the verdict first, then why, what is lost, and what to do.</summary>
internal sealed partial class TableRenderer(Report report, bool all, Terminal terminal)
{
    private const int Indent = 10;
    private const int AlikeShown = 3;
    private const int Shown = 8;

    private readonly Page _page = new(terminal);

    public static void Render(Report report, bool all, Terminal terminal) =>
        new TableRenderer(report, all, terminal).Render();

    private void Render()
    {
        AddVerdict();
        AddFacts();
        AddEvidence();
        AddFindings();
        AddLosses();
        AddImpaired();
        AddVariables();
        AddExposed();
        AddUndo();
        AddAlternative();
        AddCoverage();
        AddGuesses();
        AddWarnings();
    }

    private void AddVerdict()
    {
        _page.Entry(
            report.Verdict.ToUpperInvariant(),
            Indent,
            StyleOf(report.Verdict),
            report.Subject.File ?? $"simulated: {Listed(report.Subject.Touched)}"
        );
        _page.Entry("", Indent, Style.Plain, report.Summary);
        _page.Line();
    }

    private void AddFacts()
    {
        var operations = report.Subject.Operations.Select(pair => $"{pair.Key} {pair.Value}");
        _page.Entry(
            "does",
            Indent,
            Page.Quiet,
            report.Subject.Effects == 0 ? "nothing" : string.Join(", ", operations)
        );
        var age = report.Evidence.AgeSeconds is { } seconds
            ? $"evidence {Wording.Old(seconds)}"
            : "evidence of unknown age";
        _page.Entry(
            "judged",
            Indent,
            Page.Quiet,
            $"at {Wording.Time(report.JudgedAt)} on {age} ({report.Evidence.Source})"
        );
        if (report.Lease is { } lease)
        {
            _page.Entry(
                "lease",
                Indent,
                Page.Quiet,
                $"{lease.Level}, for {Wording.Count(lease.Resources, "resource")} of this plan and what ends with them; "
                    + $"{(lease.Operations.Count == 0 ? "no operation" : string.Join(", ", lease.Operations))}; stress budget {Wording.Number(lease.StressBudget)}"
            );
        }

        var stress = report.Stress;
        var range = stress.LeastCharge < stress.Charge ? $"{Wording.Number(stress.LeastCharge)} to " : "";
        _page.Entry(
            "charge",
            Indent,
            Page.Quiet,
            $"{range}{Wording.Number(stress.Charge)} of a stress budget of {Wording.Number(stress.Budget)}; "
                + $"stress {Wording.Number(stress.Before)} → {Wording.Number(stress.After)}"
        );
        _page.Entry("model", Indent, Page.Quiet, ModelText());
        if (report.Log is { } log)
        {
            _page.Entry("log", Indent, Page.Quiet, $"entry {log.Entry} of {log.Folder}, leaf {log.LeafHash[..16]}…");
        }
        else if (report.Lease is not null)
        {
            _page.Entry("log", Indent, StyleOf("deny"), "not written");
        }
    }

    private string ModelText()
    {
        var overlay = report.Estate.Overlay is { } path
            ? $"{path}"
            : $"no homeostat.yaml, {Wording.Count(report.Estate.Guesses.Count, "guess", "guesses")} instead";
        var share = report.Coverage.Share.ToString("P0", CultureInfo.InvariantCulture);
        return $"{Wording.Count(report.Estate.Resources, "resource")}, {Wording.Count(report.Estate.Relations, "relation")}; "
            + $"{overlay}; follows {share} of the effects";
    }

    private void AddEvidence()
    {
        if (report.Evidence.Advice is not { } advice || report.Evidence.Stale.Count == 0)
        {
            return;
        }

        _page.Heading("Old evidence");
        foreach (var stale in report.Evidence.Stale)
        {
            var age = report.Evidence.AgeSeconds is { } seconds
                ? $"seen {Wording.Ago(seconds)}"
                : "seen at an unknown time";
            _page.Entry("", 2, Style.Plain, $"{stale.What}: {age}, counts for {Wording.Age(stale.ShelfLifeSeconds)}");
        }

        _page.Entry("", 2, Style.Plain, advice);
    }

    private void AddFindings()
    {
        var groups = report
            .Findings.Where(finding => finding.AtMost != "allow")
            .GroupBy(finding => (finding.AtMost, finding.Test))
            .ToArray();
        if (groups.Length == 0)
        {
            return;
        }

        _page.Heading("Why");
        foreach (var group in groups)
        {
            var label = group.Key.AtMost;
            foreach (var finding in group.Take(all ? int.MaxValue : AlikeShown))
            {
                _page.Entry(label, Indent, StyleOf(finding.AtMost), PiecesOf(finding));
                label = "";
            }

            Rest(group.Count(), AlikeShown, Indent, "like it");
            _page.Entry("", Indent, Page.Quiet, NoteOf(group.Key.Test, [.. group]));
        }
    }

    private string[] PiecesOf(ReportFinding finding)
    {
        var pieces = new List<string> { finding.Reason };
        if (finding.Path.Count > 1 && !IsToldAbove(finding))
        {
            pieces.Add($"by {Page.Path(finding.Path.SkipLast(1))}");
        }

        if (finding.LookAt.Count > 1)
        {
            var more = finding.LookAt.Count > AlikeShown ? $" and {finding.LookAt.Count - AlikeShown} more" : "";
            pieces.Add($"look again at {string.Join(", ", finding.LookAt.Take(AlikeShown))}{more}");
        }

        return [.. pieces];
    }

    private bool IsToldAbove(ReportFinding finding) =>
        report
            .Findings.TakeWhile(earlier => !ReferenceEquals(earlier, finding))
            .Any(earlier => earlier.Test != finding.Test && earlier.Path.SequenceEqual(finding.Path));

    /// <summary>What the findings of one test have in common: its name, the age of the oldest evidence, what to do.</summary>
    private static string NoteOf(string test, ReportFinding[] findings)
    {
        var oldest = findings.Max(finding => finding.EvidenceAgeSeconds);
        var age = oldest is { } seconds ? $"; evidence {Wording.Old(seconds)}" : "";
        var remedies = findings.Select(finding => finding.Remedy).OfType<string>().Distinct();
        return string.Join("; ", remedies.Prepend($"{test}{age}"));
    }

    private IEnumerable<T> Cut<T>(IReadOnlyList<T> items, int shown) => all ? items : items.Take(shown);

    private void Rest(int count, int shown, int indent, string what)
    {
        if (!all && count > shown)
        {
            _page.Entry("", indent, Style.Plain, $"…and {count - shown} more {what}: --all shows them");
        }
    }

    private static Style StyleOf(string verdict) =>
        verdict switch
        {
            "allow" => new Style(Color.Green, decoration: Decoration.Bold),
            "deny" => new Style(Color.Red, decoration: Decoration.Bold),
            _ => new Style(Color.Yellow, decoration: Decoration.Bold),
        };
}
