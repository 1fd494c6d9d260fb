using System.CommandLine;
using System.Globalization;
using Homeostat.Cli.Loading;
using Homeostat.Cli.Rendering;
using Homeostat.Cli.Reporting;
using Homeostat.Cli.Running;
using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;
using Spectre.Console;

namespace Homeostat.Cli.Commands;

/// <summary><c>homeostat estate show</c>: the resources, the most critical first.</summary>
internal static class EstateShowCommand
{
    private const int Shown = 40;

    public static Command Create()
    {
        var files = SharedOptions.Files();
        var kind = new Option<string?>("--kind") { HelpName = "KIND", Description = "only of this kind" };
        var tier = SharedOptions.Number("--tier", 0, 3, "only of this effective tier");
        var config = SharedOptions.Config();
        var observedAt = SharedOptions.ObservedAt();
        var all = SharedOptions.All();
        var command = new Command("show", "list the resources, the most critical first")
        {
            files,
            kind,
            tier,
            config,
            observedAt,
            all,
        };
        command.SetAction(parsed =>
        {
            var terminal = Terminal.Of(parsed);
            var estate = EstateLoader.Load(SharedOptions.Selection(parsed, files, config, observedAt), terminal);
            Show(estate, parsed.GetValue(kind), (int?)parsed.GetValue(tier), parsed.GetValue(all), terminal);
            return ExitCode.Allow;
        });
        return command;
    }

    private static void Show(LoadedEstate estate, string? kind, int? tier, bool all, Terminal terminal)
    {
        var snapshot = estate.Snapshot;
        var resources = snapshot.Resources.Select(id => snapshot.Describe(id)!).ToArray();
        RefuseUnknownKind(kind, resources);
        Resource[] wanted =
        [
            .. resources
                .Where(resource => kind is null || resource.Kind.Name == kind)
                .Where(resource => tier is null || (int)snapshot.EffectiveTierOf(resource.Id) == tier)
                .OrderBy(resource => snapshot.EffectiveTierOf(resource.Id))
                .ThenBy(resource => resource.Kind.Name, StringComparer.Ordinal)
                .ThenBy(resource => resource.Id.Value, StringComparer.Ordinal),
        ];
        var page = new Page(terminal);
        page.Paragraph(
            $"{Wording.Count(wanted.Length, "resource")} of {resources.Length}, {Wording.Count(snapshot.RelationCount, "relation")}; "
                + (
                    estate.OverlayPath is { } path
                        ? $"overlay {path}"
                        : "no homeostat.yaml: services, tiers and environments are guesses"
                )
        );
        page.Table(TableOf(snapshot, all ? wanted : wanted.Take(Shown), terminal.Width));
        if (!all && wanted.Length > Shown)
        {
            page.Paragraph($"…and {wanted.Length - Shown} more: --all shows them, --kind and --tier choose");
        }
    }

    private static Table TableOf(EstateSnapshot snapshot, IEnumerable<Resource> resources, int width)
    {
        var table = new Table().Border(TableBorder.Simple).Width(width);
        table.AddColumn(new TableColumn("tier").NoWrap());
        table.AddColumn(new TableColumn("kind").NoWrap());
        table.AddColumn("id");
        table.AddColumn(new TableColumn("state").NoWrap());
        foreach (var resource in resources)
        {
            var (working, declared) = snapshot.CapacityOf(resource.Id);
            var state = resource.State == RunState.Inherent ? "" : resource.State.ToString().ToLowerInvariant();
            var works = working < declared ? $" {working}/{declared}" : "";
            table.AddRow(
                new Text(((int)snapshot.EffectiveTierOf(resource.Id)).ToString(CultureInfo.InvariantCulture)),
                new Text(PlainText.Clean(resource.Kind.Name)),
                new Text(PlainText.Clean(resource.Id.Value)),
                new Text((state + works).Trim())
            );
        }

        return table;
    }

    private static void RefuseUnknownKind(string? kind, Resource[] resources)
    {
        var kinds = resources.Select(resource => resource.Kind.Name).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (kind is not null && !kinds.Contains(kind))
        {
            throw new EstateSourceException(
                $"nothing here is of kind {kind}{Suggestion.DidYouMean(kind, kinds)}; there are: {string.Join(", ", kinds)}"
            );
        }
    }
}
