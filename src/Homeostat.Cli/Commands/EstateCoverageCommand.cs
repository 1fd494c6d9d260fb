using System.CommandLine;
using System.Globalization;
using Homeostat.Cli.Exploring;
using Homeostat.Cli.Loading;
using Homeostat.Cli.Rendering;
using Homeostat.Cli.Reporting;
using Homeostat.Cli.Running;
using Spectre.Console;

namespace Homeostat.Cli.Commands;

/// <summary><c>homeostat estate coverage</c>: how much of what could be done here the model can follow.</summary>
internal static class EstateCoverageCommand
{
    private const int Shown = 20;

    public static Command Create()
    {
        var files = SharedOptions.Files();
        var config = SharedOptions.Config();
        var observedAt = SharedOptions.ObservedAt();
        var all = SharedOptions.All();
        var command = new Command("coverage", "say which operations on which kinds the model can follow here")
        {
            files,
            config,
            observedAt,
            all,
        };
        command.SetAction(parsed =>
        {
            var terminal = Terminal.Of(parsed);
            var estate = EstateLoader.Load(SharedOptions.Selection(parsed, files, config, observedAt), terminal);
            Show(Coverage.Of(estate.Snapshot), parsed.GetValue(all), terminal);
            return ExitCode.Allow;
        });
        return command;
    }

    private static void Show(Coverage coverage, bool all, Terminal terminal)
    {
        var page = new Page(terminal);
        var share = coverage.Share.ToString("P1", CultureInfo.InvariantCulture);
        page.Paragraph(
            $"{share} of the pairs of operation and kind in this estate have a transition ({coverage.Followed} of {coverage.Pairs}); "
                + "what has none is deferred, never allowed."
        );
        page.Paragraph(
            $"{Wording.Count(coverage.Resources, "resource")} of {Wording.Count(coverage.Kinds.Count, "kind")}; "
                + $"{Wording.Count(coverage.Unfollowed.Sum(kind => kind.Resources), "resource")} of a kind that the model cannot follow at all."
        );
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("resources").RightAligned().NoWrap());
        table.AddColumn("kind");
        table.AddColumn("without a transition");
        foreach (var kind in all ? coverage.Kinds : coverage.Kinds.Take(Shown))
        {
            table.AddRow(
                new Text(kind.Resources.ToString(CultureInfo.InvariantCulture)),
                Page.Cell(kind.Kind, 24),
                Page.Cell(kind.IsFollowed ? string.Join(", ", kind.Missing) : "all of them", terminal.Width - 42)
            );
        }

        page.Table(table);
        if (!all && coverage.Kinds.Count > Shown)
        {
            page.Paragraph($"…and {coverage.Kinds.Count - Shown} more kinds: --all shows them");
        }
    }
}
