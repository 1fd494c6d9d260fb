using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;

namespace Homeostat.Estates.Scenarios;

/// <summary>Who acts, and what it says of its own certainty, which is recorded and used for nothing.</summary>
internal sealed record ScenarioAgent(string Id, AgencyLevel Level, string? Objective, double? Confidence)
{
    /// <summary>The lease that its steps use where they name none.</summary>
    public string Lease => $"lease of {Id}";
}

/// <summary>Reads agents, and what they have been lent.</summary>
internal sealed class LeaseFields(DateTimeOffset now, ErrorList errors)
{
    public Dictionary<string, ScenarioAgent> Agents(IEnumerable<MapNode> nodes)
    {
        var agents = new Dictionary<string, ScenarioAgent>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            var fields = new Fields(node, "an agent", errors);
            var agent = new ScenarioAgent(
                fields.RequiredText("id", "agent-1"),
                fields.Choice<AgencyLevel>("level") ?? AgencyLevel.Rational,
                fields.Text("objective"),
                fields.Number("confidence")
            );
            fields.Done();
            agents[agent.Id] = agent;
        }

        return agents;
    }

    /// <summary>The leases that the file states, and for every agent without one a lease that covers everything.</summary>
    public IReadOnlyList<Lease> Leases(IEnumerable<MapNode> nodes, IReadOnlyDictionary<string, ScenarioAgent> agents)
    {
        var leases = nodes.Select(node => Read(new Fields(node, "a lease", errors), agents)).ToList();
        leases.AddRange(
            agents
                .Values.Where(agent => !leases.Exists(lease => lease.Id.Value == agent.Lease))
                .Select(agent =>
                    LeaseOf(
                        agent,
                        agent.Lease,
                        new LightCone
                        {
                            Operations = (Operations)ushort.MaxValue,
                            Amounts = Everything,
                            Manner = Manner.IrreversibleWithCritics,
                        }
                    )
                )
        );
        return leases;
    }

    /// <summary>Broad in everything but stress: that ceiling is the product's default, and a scenario cannot raise it.</summary>
    private static Amounts Everything =>
        new()
        {
            Resources = Core.Limits.MaxEffects,
            Rows = long.MaxValue,
            Irreversible = Core.Limits.MaxEffects,
            PerMinute = Core.Limits.MaxEffects,
            Outstanding = Core.Limits.MaxEffects,
        };

    private Lease Read(Fields fields, IReadOnlyDictionary<string, ScenarioAgent> agents)
    {
        var name = fields.RequiredText("agent", "agent-1");
        if (name.Length > 0 && !agents.ContainsKey(name))
        {
            errors.Add(
                fields.Node("agent")!,
                $"there is no agent {name}",
                $"agents here are {string.Join(", ", agents.Keys)}"
            );
        }

        var agent = agents.GetValueOrDefault(name) ?? new ScenarioAgent(name, AgencyLevel.Rational, null, null);
        var amounts = Everything;
        var cone = new LightCone
        {
            Operations = OperationsOf(fields),
            Where = fields.MapOf("where") is { } where
                ? SelectorFields.Read(where, "where", fields)
                : Selector.Everything,
            Freezes = [.. fields.Maps("freezes").Select(freeze => FreezeOf(fields.Of(freeze, "a freeze")))],
            Amounts = amounts with
            {
                Resources = fields.Whole("resources", 0, Core.Limits.MaxEffects) ?? amounts.Resources,
                Rows = fields.Whole("rows", 0, int.MaxValue) ?? amounts.Rows,
                Irreversible = fields.Whole("irreversible", 0, Core.Limits.MaxEffects) ?? amounts.Irreversible,
            },
            Manner = fields.Choice<Manner>("manner") ?? Manner.IrreversibleWithCritics,
        };
        var lease = LeaseOf(agent, fields.Text("id") ?? agent.Lease, cone);
        fields.Done();
        return lease;
    }

    private Lease LeaseOf(ScenarioAgent agent, string id, LightCone cone) =>
        new()
        {
            Id = new LeaseId(id),
            Agent = new AgentId(agent.Id),
            Cone = cone,
            Purpose = agent.Objective ?? "a rehearsal",
            Level = agent.Level,
            IssuedAt = now,
            ExpiresAt = now,
        };

    private Operations OperationsOf(Fields fields)
    {
        if (fields.Texts("operations") is not { } words)
        {
            return (Operations)ushort.MaxValue;
        }

        var operations = Operations.None;
        foreach (var word in words)
        {
            operations |=
                fields.ChoiceOf<Operations>(fields.Node("operations")!, "an operation", word) ?? Operations.None;
        }

        return operations;
    }

    private Freeze FreezeOf(Fields fields)
    {
        var freeze = new Freeze(
            fields.RequiredText("name", "code freeze"),
            now - (fields.Time("since") ?? TimeSpan.Zero),
            now + (fields.Time("for") ?? ScenarioLimits.MaxTime),
            fields.Text("reason") ?? "nothing may be changed",
            fields.MapOf("where") is { } where ? SelectorFields.Read(where, "where", fields) : null
        );
        fields.Done();
        return freeze;
    }
}
