using System.Globalization;
using System.Text;
using Homeostat.Cli.Reporting;
using Homeostat.Cli.Running;

namespace Homeostat.Cli.Rendering;

/// <summary>Writes the report as a comment for a pull request: the verdict and its reasons, the rest folded away.</summary>
internal sealed class MarkdownRenderer(Report report, bool all)
{
    private const int Shown = 20;

    private readonly StringBuilder _text = new();

    public static void Render(Report report, bool all, TextWriter output) =>
        output.Write(new MarkdownRenderer(report, all).Text());

    private string Text()
    {
        Line($"### Homeostat: {Badge()} {Code(report.Subject.File ?? report.Command)}");
        Line("");
        Line($"**{Plain(report.Summary)}**");
        Line("");
        if (report.Evidence.Advice is { } advice && report.Evidence.Stale.Count > 0)
        {
            Line($"> ⚠️ Old evidence: {Plain(advice)}");
            Line("");
        }

        AddFindings();
        AddLosses();
        AddAlternative();
        AddExposed();
        AddGuards();
        AddWarnings();
        AddImpaired();
        AddVariables();
        AddUndo();
        AddUnwritten();
        AddUnconnected();
        AddGuesses();
        AddFooter();
        return _text.ToString();
    }

    private string Badge() =>
        report.Verdict switch
        {
            "allow" => "✅ allow",
            "deny" => "⛔ deny",
            "defer" => "⏳ defer",
            "step-up" => "👥 step-up",
            _ => "✏️ modify",
        };

    private void AddFindings()
    {
        var findings = report.Findings.Where(finding => finding.AtMost != "allow").ToArray();
        if (findings.Length == 0)
        {
            return;
        }

        Line("| at most | what would happen | evidence |");
        Line("|---|---|---|");
        foreach (var finding in Cut(findings))
        {
            var path = finding.Path.Count > 1 ? $"<br>{string.Join(" → ", finding.Path.Select(Code))}" : "";
            var age = finding.EvidenceAgeSeconds is { } seconds ? $"{Wording.Old(seconds)}" : "";
            var remedy = finding.Remedy is { } text ? $"<br>Remedy: {Plain(text)}" : "";
            Line($"| **{finding.AtMost}** | {Plain(finding.Reason)}{path}{remedy} | {age} |");
        }

        Rest(findings.Length);
        Line("");
    }

    private void AddLosses()
    {
        if (report.Lost.Data.Count + report.Lost.WaysBack.Count == 0)
        {
            return;
        }

        foreach (var data in Cut(report.Lost.Data))
        {
            var left = data.IsGone
                ? "**no copy is left**"
                : $"left: {string.Join(", ", data.CopiesLeft.Select(copy => $"{Code(copy.Holder)} ({copy.Role})"))}";
            Line(
                $"- Lost for good: {Code(data.Asset)} (tier {data.Tier}) on {string.Join(", ", data.CopiesLost.Select(Code))}; {left}"
            );
        }

        Rest(report.Lost.Data.Count);
        foreach (var way in Cut(report.Lost.WaysBack))
        {
            Line(
                $"- No way back any more: {Plain(way.What)} of {Code(way.Of)}: {string.Join(", ", way.By.Select(Code))}"
            );
        }

        Rest(report.Lost.WaysBack.Count);
        Line("");
    }

    private void AddAlternative()
    {
        if (report.Alternative is not { } alternative)
        {
            return;
        }

        AddStopInstead(alternative);
        if (alternative.Kept.Count == 0)
        {
            Line("**No part of it would be allowed.**");
            Line("");
            return;
        }

        Line($"**{Wording.Count(alternative.Kept.Count, "address", "addresses")} of this plan would be allowed:**");
        Line("");
        Line("```sh");
        Line($"terraform plan {string.Join(' ', alternative.TargetOptions.Select(PlainText.Clean))}");
        Line("# or, with OpenTofu, leave the others out:");
        Line($"tofu plan {string.Join(' ', alternative.ExcludeOptions.Select(PlainText.Clean))}");
        Line("```");
        Line("");
        Line(Plain(Wording.TargetCaveat(alternative)));
        if (!alternative.ProvenLargest)
        {
            Line("The search was cut off: a larger part may be allowed.");
        }

        Line("");
    }

    private void AddStopInstead(ReportAlternative alternative)
    {
        if (alternative.StopInstead.Count > 0)
        {
            Line(
                $"Stopping instead of destroying would be allowed: {string.Join(", ", Cut(alternative.StopInstead).Select(Code))}"
            );
            Line("");
        }
    }

    private void AddExposed() =>
        AddList(
            "Opened to others",
            report.Exposed,
            gain => $"- {Code(gain.Target)} (tier {gain.Tier}): {gain.Privilege} for {Code(gain.To)}"
        );

    private void AddGuards() => AddList("Guards lost", report.Lost.GuardsLost, guard => $"- {Code(guard)}");

    private void AddWarnings() => AddList("Look at this too", report.Estate.Warnings, warning => $"- {Plain(warning)}");

    private void AddUnwritten() =>
        AddList(
            "Changes whose meaning nobody wrote down (the worst is assumed too)",
            report.Coverage.UnwrittenChanges,
            change => $"- {Code(change.Target)}: {Code(change.Key)}"
        );

    /// <summary>What a reviewer must not miss is not folded away.</summary>
    private void AddList<T>(string title, IReadOnlyList<T> items, Func<T, string> line)
    {
        if (items.Count == 0)
        {
            return;
        }

        Line($"**{title}:**");
        Line("");
        foreach (var item in Cut(items))
        {
            Line(line(item));
        }

        Rest(items.Count);
        Line("");
    }

    private void AddImpaired() =>
        Fold(
            $"Impaired: {Wording.Count(report.Impaired.Count, "resource")}",
            report.Impaired,
            fall =>
                $"- {Code(fall.Id)} (tier {fall.Tier}) {fall.Before} → {fall.After}: {string.Join(" → ", fall.Path.Select(Code))}"
        );

    private void AddVariables() =>
        Fold(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Charge {report.Stress.Charge:0.00} of a stress budget of {report.Stress.Budget:0.00}; stress {report.Stress.Before:0.00} → {report.Stress.After:0.00}"
            ),
            [.. report.Variables.Where(variable => variable.Charge > 0 || variable.IsLethal)],
            variable =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"- {variable.Kind} of {Code(variable.Subject)} (tier {variable.Tier}): {variable.Before:0.##} → {variable.After:0.##}, charge {variable.Charge:0.00}{(variable.IsLethal ? ", **lethal**" : "")}"
                )
        );

    private void AddUndo() =>
        Fold(
            $"Undo: {Wording.Count(report.Undo.Count, "way")} back",
            report.Undo,
            way => $"- {way.Operation} of {Code(way.Target)}: {Plain(way.By)}"
        );

    private void AddUnconnected() =>
        Fold(
            $"Needed by nothing that the model knows, though critical: {report.Coverage.Unconnected.Count}",
            report.Coverage.Unconnected,
            id => $"- {Code(id)}"
        );

    private void AddGuesses() =>
        Fold(
            $"There is no homeostat.yaml: {Wording.Count(report.Estate.Guesses.Count, "guess", "guesses")} stand in for it; <code>homeostat init</code> writes one",
            report.Estate.Guesses,
            guess => $"- {Code(guess.Subject)} {Plain(guess.What)} = {Plain(guess.Value)}: {Plain(guess.Reason)}"
        );

    private void AddFooter()
    {
        var log = report.Log is { } entry ? $"; entry {entry.Entry} of the log, leaf {Code(entry.LeafHash)}" : "";
        var share = report.Coverage.Share.ToString("P0", CultureInfo.InvariantCulture);
        Line($"<sub>judged at {Wording.Time(report.JudgedAt)}; the model follows {share} of the plan{log}</sub>");
    }

    /// <param name="title">Our own words, as HTML.</param>
    private void Fold<T>(string title, IReadOnlyList<T> items, Func<T, string> line)
    {
        if (items.Count == 0)
        {
            return;
        }

        Line($"<details><summary>{title}</summary>");
        Line("");
        foreach (var item in Cut(items))
        {
            Line(line(item));
        }

        Rest(items.Count);
        Line("");
        Line("</details>");
        Line("");
    }

    private IEnumerable<T> Cut<T>(IReadOnlyList<T> items) => all ? items : items.Take(Shown);

    private void Rest(int count)
    {
        if (!all && count > Shown)
        {
            Line("");
            Line($"…and {count - Shown} more: `--all`");
        }
    }

    private void Line(string text) => _text.Append(text).Append('\n');

    /// <summary>What a file says stays text: no markup, no mention of people, no end of a table's cell.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var character in PlainText.Clean(text))
        {
            switch (character)
            {
                case '<':
                    plain.Append("&lt;");
                    break;
                case '&':
                    plain.Append("&amp;");
                    break;
                case '@':
                    plain.Append("&#64;");
                    break;
                case '\\' or '|' or '*' or '_' or '[' or ']' or '#' or '~' or '!' or '`':
                    plain.Append('\\').Append(character);
                    break;
                default:
                    plain.Append(character);
                    break;
            }
        }

        return plain.ToString();
    }

    /// <summary>A code span; in a table a bar would end the cell even there, so spans are HTML.</summary>
    private static string Code(string text)
    {
        var safe = new StringBuilder("<code>");
        foreach (var rune in PlainText.Clean(text).EnumerateRunes())
        {
            var isHarmless =
                rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || " .-/():".Contains((char)rune.Value));
            safe.Append(isHarmless ? rune.ToString() : $"&#{rune.Value};");
        }

        return safe.Append("</code>").ToString();
    }
}
