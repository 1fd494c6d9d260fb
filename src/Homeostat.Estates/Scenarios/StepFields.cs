using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Scenarios;

/// <summary>Reads the steps of one variant.</summary>
internal sealed class StepFields(
    IReadOnlyDictionary<string, ScenarioAgent> agents,
    ScalarNode? expectedOfAll,
    Template template,
    IReadOnlyDictionary<string, ScenarioNode> values,
    IdPatterns names,
    ErrorList errors
)
{
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<string> _created = new(StringComparer.Ordinal);

    public IReadOnlyList<Step> Read(IEnumerable<MapNode> nodes)
    {
        var steps = new List<Step>();
        foreach (var node in nodes)
        {
            foreach (var filled in Expand(node))
            {
                if (steps.Count == ScenarioLimits.MaxSteps)
                {
                    errors.Add(
                        node,
                        $"more than {ScenarioLimits.MaxSteps} steps",
                        "let one step act on several resources"
                    );
                    return steps;
                }

                errors.BeginThing();
                new NameChecks(names, _created, errors).Check(filled);
                steps.Add(ReadStep(filled));
            }
        }

        return steps;
    }

    /// <summary>A variant can leave a step out that its base has.</summary>
    private IEnumerable<MapNode> Expand(MapNode node)
    {
        if (node.TextOf("skip") == "true")
        {
            return [];
        }

        if (node["for"] is not MapNode loop)
        {
            return template.Fill(node, values) is MapNode one ? [one] : [];
        }

        return template
            .Combinations(loop, values)
            .Select(row => template.Fill(node.Without("for"), row))
            .OfType<MapNode>();
    }

    private Step ReadStep(MapNode map)
    {
        var fields = new Fields(map, $"step {map.TextOf("id")}", errors);
        var id = fields.RequiredText("id", "drop-orders");
        if (id.Length > 0 && !_ids.Add(id))
        {
            errors.Add(map, $"two steps are called {id}", "give each step a name of its own");
        }

        fields.Flag("skip");
        if (fields.Has("happens"))
        {
            return ReadHappening(fields, id);
        }

        var agent = AgentOf(fields);
        var says = new Fields(fields.MapOf("says") ?? new MapNode(map.Line, []), $"what {id} says", errors);
        var effects = new EffectFields(errors);
        var step = new Step
        {
            Id = id,
            Agent = agent?.Id ?? "",
            Lease = fields.Text("lease") ?? agent?.Lease ?? "",
            After = fields.Time("after") ?? TimeSpan.Zero,
            Operation = says.Text("operation") ?? id,
            Effects =
            [
                .. fields
                    .Maps("effects")
                    .Select(effects.Read)
                    .Where(effect => effect is not null)
                    .Select(effect => effect!),
            ],
            Goal = says.Text("goal"),
            Removes = says.Has("removes") ? Targets.Read(says, "removes") : null,
            Changes = says.Has("changes") ? Targets.Read(says, "changes") : null,
            Premises = Premises(says),
            PremisesOfEach = PremisesOfEach(says),
            Intent = says.MapOf("intent") is { } intent ? Intent(says.Of(intent, $"the intent of {id}")) : null,
            Confidence = says.Number("confidence") ?? agent?.Confidence,
            Expected = Expected(fields),
            IsApproved = fields.Flag("approved"),
            IsUnobserved = fields.Flag("unobserved"),
            TakesAlternative = fields.Flag("takes-alternative"),
        };
        if (!fields.Has("effects"))
        {
            errors.Add(map, $"step {id} does nothing", "add `effects: [{destroy: db-1}]`");
        }

        says.Done();
        fields.Done();
        return step;
    }

    /// <summary>What no agent asks for has no agent, says nothing, and nothing is expected of it.</summary>
    private Step ReadHappening(Fields fields, string id)
    {
        var effects = new EffectFields(errors);
        var step = new Step
        {
            Id = id,
            Agent = "",
            Lease = "",
            After = fields.Time("after") ?? TimeSpan.Zero,
            Operation = id,
            Effects = [.. fields.Maps("happens").Select(effects.Read).OfType<EffectSpec>()],
            Premises = [],
            PremisesOfEach = [],
            Expected = new Expectation(Rehearsal.Happened),
            Happens = true,
        };
        fields.Done();
        return step;
    }

    private ScenarioAgent? AgentOf(Fields fields)
    {
        if (fields.Text("agent") is not { } name)
        {
            if (agents.Count == 1)
            {
                return agents.Values.First();
            }

            errors.Add(fields.Map, $"step {fields.Map.TextOf("id")} says not who acts", "add `agent: NAME`");
            return null;
        }

        if (agents.TryGetValue(name, out var agent))
        {
            return agent;
        }

        errors.Add(
            fields.Node("agent")!,
            $"there is no agent {name}",
            $"agents here are {string.Join(", ", agents.Keys)}"
        );
        return null;
    }

    private List<Predicate> Premises(Fields says) =>
        [
            .. says.Items("premises")
                .OfType<ScalarNode>()
                .Select(node => PredicateText.Read(node, errors))
                .Where(premise => premise is not null)
                .Select(premise => premise!),
        ];

    private List<Func<ResourceId, Predicate>> PremisesOfEach(Fields says) =>
        [
            .. says.Items("premises-of-each")
                .OfType<ScalarNode>()
                .Select(node => PredicateText.ReadEach(node, errors))
                .Where(premise => premise is not null)
                .Select(premise => premise!),
        ];

    private IntentSpec Intent(Fields fields)
    {
        Operations? operations = null;
        foreach (var word in fields.Texts("operations") ?? [])
        {
            if (fields.ChoiceOf<Operations>(fields.Node("operations")!, "an operation", word) is { } operation)
            {
                operations = (operations ?? Operations.None) | operation;
            }
        }

        var intent = new IntentSpec(
            operations,
            fields.Kinds("kinds"),
            fields.Whole("count", 0, int.MaxValue),
            fields.Texts("environments"),
            fields.Map.Entries.Any(entry => entry.Key == "targets") ? Targets.Read(fields, "targets") : null
        );
        fields.Done();
        return intent;
    }

    private Expectation Expected(Fields fields)
    {
        var text = fields.Text("expect") ?? expectedOfAll?.Text;
        if (text is null)
        {
            errors.Add(fields.Map, $"step {fields.Map.TextOf("id")} says not what is expected", "add `expect: deny`");
            return new Expectation("");
        }

        var words = Words.Of<Verdict>();
        var parts = text.Split(Expectation.Then);
        if (
            text != Expectation.Halt
            && (
                parts.Length > 2
                || parts.Any(part => !words.ContainsKey(part))
                || (parts.Length == 2 && parts[0] != "defer")
            )
        )
        {
            errors.Add(
                fields.Node("expect") ?? expectedOfAll ?? (ScenarioNode)fields.Map,
                $"\"{text}\" is no expectation",
                $"one of halt, {string.Join(", ", words.Keys)}, or `defer then` one of them"
            );
        }

        return new Expectation(text);
    }
}
