using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Homeostat.Cli.Indexing;
using Homeostat.Cli.Running;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;

namespace Homeostat.Cli.Commands.Log;

/// <summary>Finds decisions by agent, resource, verdict and time.</summary>
internal static class QueryCommand
{
    private const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static Command Create()
    {
        var options = new QueryOptions();
        var command = new Command("query", "find decisions by agent, resource, verdict and time")
        {
            options.Agent,
            options.Resource,
            options.Verdict,
            options.Since,
            options.Until,
            options.Limit,
            options.Json,
        };
        options.Log.AddTo(command);
        command.SetAction(parsed => options.Log.Run(parsed, log => Run(parsed, options, log)));
        return command;
    }

    private static int Run(ParseResult parsed, QueryOptions options, PublishedLog log)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var location = parsed.GetRequiredValue(options.Log.Location);
        var query = new DecisionQuery(
            parsed.GetValue(options.Agent),
            parsed.GetValue(options.Resource),
            parsed.GetValue(options.Verdict),
            parsed.GetValue(options.Since),
            parsed.GetValue(options.Until)
        );

        // A log behind a URL has no folder of ours beside it.
        var answer = new DecisionIndex(log, text => error.WriteLine($"homeostat: {PlainText.Clean(text)}")).Answer(
            Directory.Exists(location) ? IndexFile.PathOf(location) : null,
            query,
            parsed.GetValue(options.Limit)
        );
        var asJson = parsed.GetValue(options.Json);
        foreach (var found in answer.Decisions)
        {
            output.WriteLine(asJson ? Json(found).ToJsonString() : Text(found));
        }

        foreach (var note in Notes(answer, query))
        {
            (asJson ? error : output).WriteLine(note);
        }

        return 0;
    }

    private static string Text(FoundDecision found)
    {
        var decision = found.Decision;
        var permit = decision.Permit is null ? "" : $"  permit {decision.Permit}";
        var lines = new List<string>
        {
            $"{found.Index, 8}  {Time(decision.Time)}  {decision.Verdict, -6}  {decision.Agent}  {decision.Operation}{permit}",
            $"          leaf {found.Leaf}",
        };
        lines.AddRange(
            decision.RecordedEffects.Select(effect =>
                $"          {effect.Operation} {effect.Target}{(effect.IsCut ? "… (the record holds no more of the name)" : "")}"
            )
        );
        if (decision.Effects.Rows.Count < decision.Effects.Count)
        {
            lines.Add(
                $"          … the record names {decision.Effects.Rows.Count} of {decision.Effects.Count} effects"
            );
        }

        return string.Join('\n', lines.Select(PlainText.Clean));
    }

    private static JsonObject Json(FoundDecision found)
    {
        var decision = found.Decision;
        return new JsonObject
        {
            ["index"] = found.Index,
            ["leaf"] = found.Leaf,
            ["time"] = Time(decision.Time),
            ["verdict"] = decision.Verdict.ToString(),
            ["agent"] = decision.Agent,
            ["request"] = decision.Request,
            ["lease"] = decision.Lease,
            ["operation"] = decision.Operation,
            ["permit"] = decision.Permit,
            ["charge"] = decision.Charge,
            ["effects"] = new JsonArray([.. decision.RecordedEffects.Select(Json)]),
            ["effectCount"] = decision.Effects.Count,
            ["effectsCut"] = decision.Effects.IsCut,
        };
    }

    private static JsonObject Json(RecordedEffect effect) =>
        new()
        {
            ["operation"] = effect.Operation,
            ["resource"] = effect.Target,
            ["cut"] = effect.IsCut,
        };

    private static IEnumerable<string> Notes(QueryAnswer answer, DecisionQuery query)
    {
        if (answer.Matching == 0)
        {
            yield return "no decision matches";
        }
        else if (answer.Matching > answer.Decisions.Count)
        {
            yield return $"the newest {answer.Decisions.Count} of {answer.Matching}; narrow the query, or raise --limit";
        }

        if (answer.Unsure.Count > 0)
        {
            yield return PlainText.Clean(
                $"{Named(answer.Unsure)} may be about {query.Resource} too: not all they are about stands in the record"
            );
        }

        if (answer.Rejected.Count > 0)
        {
            var (first, problem) = answer.Rejected[0];
            yield return PlainText.Clean(
                $"left out, because not to be believed: {Named([.. answer.Rejected.Select(one => one.Index)])} ({first}: {problem})"
            );
        }
    }

    private static string Named(IReadOnlyList<long> entries)
    {
        var named = string.Join(", ", entries.Take(Limits.NamedEntries));
        return entries.Count > Limits.NamedEntries
            ? $"entries {named} and {entries.Count - Limits.NamedEntries} more"
            : $"{(entries.Count == 1 ? "entry" : "entries")} {named}";
    }

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture);

    private sealed class QueryOptions
    {
        public QueryOptions() =>
            Limit.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int>() < 1)
                {
                    result.AddError("--limit: give a number from 1");
                }
            });

        public LogOptions Log { get; } = new();

        public Option<string?> Agent { get; } = new("--agent") { HelpName = "ID", Description = "who asked" };

        public Option<string?> Resource { get; } =
            new("--resource") { HelpName = "ID", Description = "what one of the effects was on" };

        public Option<Verdict?> Verdict { get; } =
            new("--verdict")
            {
                HelpName = string.Join('|', Verdicts),
                Description = "the answer",
                CustomParser = result =>
                {
                    var text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
                    var at = Array.FindIndex(Verdicts, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
                    if (at >= 0)
                    {
                        return Enum.GetValues<Verdict>()[at];
                    }

                    result.AddError($"--verdict: '{text}' is none of {string.Join(", ", Verdicts)}");
                    return null;
                },
            };

        public Option<DateTimeOffset?> Since { get; } = SharedOptions.Time("--since", "decided then or later");

        public Option<DateTimeOffset?> Until { get; } = SharedOptions.Time("--until", "decided before then");

        public Option<int> Limit { get; } =
            new("--limit")
            {
                HelpName = "N",
                Description = "print the newest N",
                DefaultValueFactory = _ => Limits.FoundDecisions,
            };

        public Option<bool> Json { get; } = new("--json") { Description = "one JSON object a line" };

        private static string[] Verdicts => Enum.GetNames<Verdict>();
    }
}
