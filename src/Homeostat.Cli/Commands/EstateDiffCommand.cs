using System.CommandLine;
using Homeostat.Cli.Exploring;
using Homeostat.Cli.Loading;
using Homeostat.Cli.Rendering;
using Homeostat.Cli.Reporting;
using Homeostat.Cli.Running;
using Spectre.Console;

namespace Homeostat.Cli.Commands;

/// <summary><c>homeostat estate diff OLD NEW</c>: what came, went and changed between two files.</summary>
internal static class EstateDiffCommand
{
    private const int Shown = 40;

    public static Command Create()
    {
        var before = new Argument<string>("OLD") { Description = "a state or plan" };
        var after = new Argument<string>("NEW") { Description = "a later one" };
        var config = SharedOptions.Config();
        var all = SharedOptions.All();
        var command = new Command("diff", "say what came, went and changed between two files")
        {
            before,
            after,
            config,
            all,
        };
        command.SetAction(parsed =>
        {
            var terminal = Terminal.Of(parsed);
            LoadedEstate Load(Argument<string> file) =>
                EstateLoader.Load(
                    new EstateSelection([parsed.GetRequiredValue(file)], parsed.GetValue(config), null),
                    terminal
                );
            var difference = EstateDifference.Between(Load(before).Records, Load(after).Records);
            Show(difference, parsed.GetValue(all), terminal);
            return ExitCode.Allow;
        });
        return command;
    }

    private static void Show(EstateDifference difference, bool all, Terminal terminal)
    {
        var page = new Page(terminal);
        page.Paragraph(
            difference.IsEmpty
                ? "the two are the same estate, as far as the model knows"
                : $"{difference.Added.Count} came, {difference.Removed.Count} went, {difference.Changed.Count} changed"
        );
        AddNames("Came", "+", difference.Added, all, page);
        AddNames("Went", "-", difference.Removed, all, page);
        if (difference.Changed.Count > 0)
        {
            page.Heading("Changed");
        }

        foreach (var changed in all ? difference.Changed : difference.Changed.Take(Shown))
        {
            page.Entry("~", 2, Page.Strong, [changed.Id, .. changed.Changes.Select(change => $"  {change}")]);
        }

        Rest(difference.Changed.Count, all, page);
    }

    private static void AddNames(string title, string mark, IReadOnlyList<string> names, bool all, Page page)
    {
        if (names.Count == 0)
        {
            return;
        }

        page.Heading(title);
        foreach (var name in all ? names : names.Take(Shown))
        {
            page.Entry(mark, 2, Page.Strong, name);
        }

        Rest(names.Count, all, page);
    }

    private static void Rest(int count, bool all, Page page)
    {
        if (!all && count > Shown)
        {
            page.Paragraph($"…and {count - Shown} more: --all shows them", Style.Plain);
        }
    }
}
