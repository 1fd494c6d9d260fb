using Homeostat.Cli.Reporting;
using Homeostat.Cli.Running;
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
            _page.Paragraph(Wording.TargetCaveat(alternative), Page.Quiet);
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
        if (coverage.Unconnected.Count > 0)
        {
            _page.Heading("Needed by nothing that the model knows, though critical");
            _page.Entry(
                "",
                2,
                Style.Plain,
                $"{Listed(coverage.Unconnected)}: who uses it does not stand in these files;"
            );
            _page.Entry("", 2, Style.Plain, "if somebody does, say so in homeostat.yaml, under services");
        }

        if (coverage.UnwrittenChanges.Count == 0)
        {
            return;
        }

        _page.Heading("Changes whose meaning nobody wrote down (the worst is assumed too)");
        foreach (var change in Cut(coverage.UnwrittenChanges, Shown))
        {
            _page.Entry("  -", 4, Style.Plain, $"{change.Target}: {change.Key}");
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
        var kinds = report.Estate.Guesses.GroupBy(guess => guess.What).Select(kind => $"{kind.Count()} {kind.Key}");
        _page.Entry("", 2, Style.Plain, $"{string.Join(", ", kinds)}; of what this verdict rests on, for example:");
        foreach (var guess in Cut(report.Estate.Guesses, AlikeShown))
        {
            _page.Entry("  -", 4, Style.Plain, $"{guess.Subject}: {guess.What} {guess.Value} ({guess.Reason})");
        }

        Rest(report.Estate.Guesses.Count, AlikeShown, 4, "guesses");
        _page.Entry("", 2, Style.Plain, $"say what is really so: {CalledAs.Name} init {report.Subject.File}".TrimEnd());
    }

    private void AddWarnings()
    {
        if (report.Estate.Warnings.Count == 0)
        {
            return;
        }

        _page.Heading("Look at this too");
        var alike = report.Estate.Warnings.GroupBy(TextOf).ToArray();
        foreach (var warnings in Cut(alike, AlikeShown))
        {
            var places = warnings.Select(PlaceOf).Where(place => place.Length > 0).ToArray();
            _page.Entry("  -", 4, Style.Plain, places.Length == 0 ? warnings.Key : $"{warnings.Key}: {Listed(places)}");
        }

        Rest(alike.Length, AlikeShown, 4, "notes");
    }

    /// <summary>A warning is a place and a text: what is said of many places is said once.</summary>
    private static string TextOf(string warning) => warning[(EndOfPlace(warning) is > 0 and var end ? end + 2 : 0)..];

    private static string PlaceOf(string warning) => warning[..Math.Max(0, EndOfPlace(warning))];

    private static int EndOfPlace(string warning) => warning.IndexOf(": ", StringComparison.Ordinal);
}
