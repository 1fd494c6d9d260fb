using Homeostat.Cli.Reporting;
using Spectre.Console;

namespace Homeostat.Cli.Rendering;

internal sealed partial class TableRenderer
{
    private void AddAlternative()
    {
        if (report.Alternative is not { } alternative)
        {
            return;
        }

        if (alternative.Kept.Count == 0)
        {
            _page.Heading("No part of it would be allowed");
        }
        else
        {
            var proven = alternative.ProvenLargest ? "the largest part" : "a part (the search was cut off)";
            _page.Heading(
                $"Allowed: {Wording.Count(alternative.Kept.Count, "address", "addresses")} of it, {proven} that keeps the estate healthy"
            );
            Command("terraform plan", alternative.TargetOptions);
            _page.Paragraph("or, with OpenTofu, leave these out:");
            Command("tofu plan", alternative.ExcludeOptions);
            _page.Paragraph("-target also takes in what these depend on: review the plan that it makes.", Page.Quiet);
        }

        if (alternative.StopInstead.Count > 0)
        {
            _page.Paragraph($"Stopping instead of destroying would be allowed: {Listed(alternative.StopInstead)}");
        }
    }

    private void Command(string command, IReadOnlyList<string> options)
    {
        if (!all && options.Count > Shown * 3)
        {
            _page.Paragraph($"{command} with {options.Count} options: --all or --format json lists them", Page.Quiet);
            return;
        }

        _page.Verbatim($"  {command} \\");
        for (var at = 0; at < options.Count; at++)
        {
            _page.Verbatim($"    {options[at]}{(at < options.Count - 1 ? " \\" : "")}");
        }
    }

    private void AddCoverage()
    {
        var coverage = report.Coverage;
        if (coverage.UnwrittenChanges.Count == 0)
        {
            return;
        }

        _page.Heading("Changes whose meaning nobody wrote down (the worst is assumed too)");
        foreach (var change in Cut(coverage.UnwrittenChanges, Shown))
        {
            _page.Entry("", 2, Style.Plain, $"{change.Target}: {change.Key}");
        }

        Rest(coverage.UnwrittenChanges.Count, Shown, 2, "changes");
    }

    private void AddGuesses()
    {
        if (report.Estate.Overlay is not null || report.Estate.Guesses.Count == 0)
        {
            return;
        }

        _page.Heading("Guessed, because there is no homeostat.yaml");
        foreach (var guess in Cut(report.Estate.Guesses, AlikeShown))
        {
            _page.Entry("", 2, Style.Plain, $"{guess.Subject}: {guess.What} {guess.Value} ({guess.Reason})");
        }

        Rest(report.Estate.Guesses.Count, AlikeShown, 2, "guesses");
        _page.Paragraph($"  say what is really so: homeostat init {report.Subject.File}");
    }

    private void AddWarnings()
    {
        if (report.Estate.Warnings.Count == 0)
        {
            return;
        }

        _page.Heading("Look at this too");
        foreach (var warning in Cut(report.Estate.Warnings, AlikeShown))
        {
            _page.Entry("", 2, Style.Plain, warning);
        }

        Rest(report.Estate.Warnings.Count, AlikeShown, 2, "notes");
    }
}
