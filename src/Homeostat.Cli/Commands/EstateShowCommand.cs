using System.CommandLine;
using Homeostat.Cli.Loading;
using Homeostat.Cli.Rendering;
using Homeostat.Cli.Reporting;
using Homeostat.Cli.Running;
using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;

namespace Homeostat.Cli.Commands;

/// <summary><c>homeostat estate show</c>: the resources, the most critical first.</summary>
internal static class EstateShowCommand
{
    private const int Shown = 40;
    private const int KindWidth = 20;

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
        foreach (
            var tiers in (all ? wanted : wanted.Take(Shown)).GroupBy(resource => snapshot.EffectiveTierOf(resource.Id))
        )
        {
            page.Heading($"Tier {(int)tiers.Key}");
            foreach (var resource in tiers)
            {
                page.Entry($"{resource.Kind} ", KindWidth, Page.Quiet, $"{resource.Id}{StateOf(snapshot, resource)}");
            }
        }

        if (!all && wanted.Length > Shown)
        {
            page.Paragraph($"…and {wanted.Length - Shown} more: --all shows them, --kind and --tier choose");
        }
    }

    /// <summary>Only where it is not simply at work.</summary>
    private static string StateOf(EstateSnapshot snapshot, Resource resource)
    {
        var (working, declared) = snapshot.CapacityOf(resource.Id);
        var state = resource.State switch
        {
            RunState.Stopped => " (stopped)",
            RunState.Unknown => " (state unknown)",
            _ => "",
        };
        return working < declared ? $"{state} works at {working} of {declared}" : state;
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
