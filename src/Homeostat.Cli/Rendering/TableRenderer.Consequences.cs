using System.Globalization;
using Homeostat.Cli.Reporting;
using Homeostat.Cli.Running;
using Spectre.Console;

namespace Homeostat.Cli.Rendering;

internal sealed partial class TableRenderer
{
    private void AddLosses()
    {
        var lost = report.Lost;
        if (lost.Data.Count + lost.WaysBack.Count + lost.EndsWithIt.Count + lost.GuardsLost.Count == 0)
        {
            return;
        }

        _page.Heading("Lost for good");
        foreach (var data in Cut(lost.Data, Shown))
        {
            var left = data.IsGone
                ? "no other copy is left"
                : $"left: {string.Join(", ", data.CopiesLeft.Select(copy => $"{copy.Holder} ({copy.Role}{(copy.RestoreTested ? ", restore tested" : "")})"))}";
            _page.Entry(
                $"tier {data.Tier}",
                Indent,
                data.IsGone ? StyleOf("deny") : Page.Quiet,
                $"{data.Asset} on {string.Join(", ", data.CopiesLost)}",
                left
            );
        }

        Rest(lost.Data.Count, Shown, Indent, "data assets");
        foreach (var way in Cut(lost.WaysBack, Shown))
        {
            _page.Entry("way back", Indent, StyleOf("deny"), $"{way.What} of {way.Of}: {string.Join(", ", way.By)}");
        }

        Rest(lost.WaysBack.Count, Shown, Indent, "ways back");
        AddNames("guards", lost.GuardsLost);
        AddNames("ends too", lost.EndsWithIt);
    }

    private void AddNames(string label, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
        {
            var more = !all && names.Count > Shown ? $" and {names.Count - Shown} more (--all)" : "";
            _page.Entry(label, Indent, Page.Quiet, string.Join(", ", Cut(names, Shown)) + more);
        }
    }

    /// <summary>Only where each chain of losses ends: what lies on the way stands in its path.</summary>
    private void AddImpaired()
    {
        if (report.Impaired.Count == 0)
        {
            return;
        }

        var onTheWay = report.Impaired.SelectMany(fall => fall.Path.SkipLast(1)).ToHashSet(StringComparer.Ordinal);
        ReportImpairment[] ends = [.. report.Impaired.Where(fall => all || !onTheWay.Contains(fall.Id))];
        var services = report.Impaired.Count(fall => fall.Kind == "service");
        var others = Wording.Count(report.Impaired.Count - services, "other resource");
        _page.Heading($"Impaired: {(services == 0 ? "no service" : Wording.Count(services, "service"))}, {others}");
        foreach (var fall in Cut(ends, Shown))
        {
            var owner = fall.Owner is { } name ? $", owner {name}" : "";
            _page.Entry(
                $"tier {fall.Tier}",
                Indent,
                fall.Kind == "service" ? Page.Strong : Page.Quiet,
                $"{fall.Id} ({fall.Kind}{owner}): works at {fall.After} of {fall.Before}",
                fall.Path.Count > 1 ? $"by {Page.Path(fall.Path.SkipLast(1))}" : "by losing what it needs"
            );
        }

        Rest(ends.Length, Shown, Indent, "resources");
    }

    /// <summary>What is left beside the columns for the kind, the tier, the values and the charge.</summary>
    private int SubjectWidth => Math.Max(16, _page.Width - 54);

    private void AddVariables()
    {
        var changed = report.Variables.Where(variable => variable.Charge > 0 || variable.IsLethal).ToArray();
        if (changed.Length == 0)
        {
            return;
        }

        _page.Heading("What it costs");
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("variable").NoWrap());
        table.AddColumn(new TableColumn("of").NoWrap());
        table.AddColumn(new TableColumn("tier").RightAligned().NoWrap());
        table.AddColumn(new TableColumn("value").RightAligned().NoWrap());
        table.AddColumn(new TableColumn("charge").RightAligned().NoWrap());
        foreach (var variable in Cut(changed, Shown))
        {
            var values = string.Create(CultureInfo.InvariantCulture, $"{variable.Before:0.##} → {variable.After:0.##}");
            var charge = Wording.Number(variable.Charge) + (variable.IsLethal ? " lethal" : "");
            table.AddRow(
                new Text(variable.Kind),
                Page.Cell(variable.Subject, SubjectWidth),
                new Text(variable.Tier.ToString(CultureInfo.InvariantCulture)),
                new Text(values),
                new Text(charge, variable.IsLethal ? StyleOf("deny") : Style.Plain)
            );
        }

        _page.Table(table);
        Rest(changed.Length, Shown, 2, "variables");
    }

    private void AddExposed()
    {
        if (report.Exposed.Count == 0)
        {
            return;
        }

        _page.Heading("Opened to others");
        foreach (var gain in Cut(report.Exposed, Shown))
        {
            _page.Entry($"tier {gain.Tier}", Indent, Page.Quiet, $"{gain.Target}: {gain.Privilege} for {gain.To}");
        }

        Rest(report.Exposed.Count, Shown, Indent, "openings");
    }

    private void AddUndo()
    {
        if (report.Subject.Effects == 0)
        {
            return;
        }

        _page.Heading("Undo");
        foreach (var ways in report.Undo.GroupBy(way => way.By))
        {
            var names = ways.Select(way => way.Target).Distinct().ToArray();
            _page.Entry("", 2, Style.Plain, $"{ways.Key}: {Listed(names)}");
        }

        var lost = report.Lost.Irreversible;
        if (lost.Count > 0)
        {
            _page.Entry(
                "",
                2,
                Style.Plain,
                $"no way back: {Listed([.. lost.Select(loss => loss.Subject).Distinct()])}"
            );
        }
        else if (report.Undo.Count == 0)
        {
            _page.Entry("", 2, Style.Plain, "nothing in it takes anything away");
        }
    }

    private string Listed(IReadOnlyList<string> names) =>
        string.Join(", ", Cut(names, AlikeShown))
        + (!all && names.Count > AlikeShown ? $" and {names.Count - AlikeShown} more (--all)" : "");
}
