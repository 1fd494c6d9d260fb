using System.CommandLine;
using Homeostat.Cli.Loading;
using Homeostat.Cli.Rendering;
using Homeostat.Cli.Reporting;
using Homeostat.Cli.Reviewing;
using Homeostat.Cli.Running;

namespace Homeostat.Cli.Commands;

/// <summary><c>homeostat review PLAN</c>: judges a Terraform plan as if an agent had proposed it.</summary>
internal static class ReviewCommand
{
    public static Command Create()
    {
        var options = new ReviewOptions();
        var command = new Command("review", "say what a Terraform plan would do to the estate, and whether it may")
        {
            options.Plan,
            options.State,
            options.Config,
            options.Format,
            options.Now,
            options.ObservedAt,
            options.StressBudget,
            options.Confidence,
            options.Log,
            options.All,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, options, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed,
        ReviewOptions options,
        CancellationToken cancellationToken
    )
    {
        var terminal = Terminal.Of(parsed);
        var path = parsed.GetRequiredValue(options.Plan);
        var selection = new EstateSelection([], parsed.GetValue(options.Config), parsed.GetValue(options.ObservedAt));
        var terms = new ReviewTerms(
            parsed.GetValue(options.Now) ?? TimeProvider.System.GetUtcNow(),
            parsed.GetValue(options.StressBudget),
            parsed.GetValue(options.Confidence),
            parsed.GetRequiredValue(options.Log),
            TimeProvider.System
        );
        var (estate, plan) = EstateLoader.LoadPlan(path, parsed.GetValue(options.State), selection, terminal);
        var outcome = await new PlanReview(estate, plan, terms, terminal).RunAsync(cancellationToken);
        var subject = new ActionSubject(path, plan.Sha256, plan.Effects()) { IsDestroy = plan.IsDestroy };
        var report = new ReportBuilder(estate, terms.Now).OfReview(subject, outcome);
        ReportWriter.Write(report, parsed.GetRequiredValue(options.Format), parsed.GetValue(options.All), terminal);
        return report.ExitCode;
    }

    private sealed class ReviewOptions
    {
        public Argument<string> Plan { get; } =
            new("PLAN") { Description = "a plan, as terraform show -json prints it" };

        public Option<string?> State { get; } =
            new("--state") { HelpName = "FILE", Description = "the state that the plan was made from" };

        public Option<string?> Config { get; } = SharedOptions.Config();

        public Option<string> Format { get; } = SharedOptions.Format();

        public Option<DateTimeOffset?> Now { get; } = SharedOptions.Now();

        public Option<DateTimeOffset?> ObservedAt { get; } = SharedOptions.ObservedAt();

        public Option<double?> StressBudget { get; } =
            SharedOptions.Number("--stress-budget", 0, 1000, "what it may cost; by default the overlay's, or 0.1");

        public Option<double?> Confidence { get; } =
            SharedOptions.Number("--confidence", 0, 1, "the author's own certainty: recorded, and used for nothing");

        public Option<string> Log { get; } =
            new("--log")
            {
                HelpName = "FOLDER",
                Description = "where the decision is written down before it is told",
                DefaultValueFactory = _ => DecisionFolder.DefaultPath,
            };

        public Option<bool> All { get; } = SharedOptions.All();
    }
}
