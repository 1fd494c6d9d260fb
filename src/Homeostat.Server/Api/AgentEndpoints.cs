using Homeostat.Client.Contract;
using Homeostat.Core.Actions;
using Homeostat.Core.Leases;
using Homeostat.Server.Hosting;

namespace Homeostat.Server.Api;

/// <summary>The agents that leases were lent to, and what became of their requests.</summary>
internal sealed class AgentEndpoints(ControlPlane plane, Callers callers)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/agents", ListAsync);

    private Task ListAsync(HttpContext context)
    {
        var caller = callers.Identify(context);
        if (caller.IsEstate)
        {
            throw Callers.Forbidden("the estate's token is for telling what is there");
        }

        var after = context.Request.Query["after"].ToString();
        var agents = plane
            .Parts.Book.List(plane.Parts.Clock.GetUtcNow())
            .Where(status => callers.IsSeenBy(caller, status.Lease.Id))
            .GroupBy(status => status.Lease.Agent.Value, StringComparer.Ordinal)
            .Where(agent => string.CompareOrdinal(agent.Key, after) > 0)
            .OrderBy(agent => agent.Key, StringComparer.Ordinal)
            .Take(Limits.PageRows + 1)
            .ToList();
        var page = agents.Take(Limits.PageRows).Select(Of).ToList();
        var next = agents.Count > Limits.PageRows ? page[^1].Agent : null;
        var answer = new AgentPage(page, plane.Parts.Tallies.Since, next);
        return Exchange.WriteAsync(context, answer, ContractJson.Default.AgentPage);
    }

    private AgentBody Of(IGrouping<string, LeaseStatus> agent)
    {
        var leases = agent.ToList();
        var tallies = leases
            .Select(status => plane.Parts.Tallies.Of(status.Lease.Id))
            .OfType<Agents.AgentTallies.Tally>();
        var all = tallies.ToList();
        var verdicts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var verdict in Enum.GetValues<Verdict>().Distinct())
        {
            Add(verdicts, Words.Of(verdict), all.Sum(tally => tally.Bound(verdict)));
            Add(verdicts, $"would-be-{Words.Of(verdict)}", all.Sum(tally => tally.Observed(verdict)));
        }

        // A permit counts for its whole lineage; among the leases of one agent it is one permit.
        var own = leases.Select(status => status.Lease.Id).ToHashSet();
        return new AgentBody(
            agent.Key,
            leases.Count(status => status.Refusal is null),
            leases.Count(status => status.Refusal is not null),
            plane.Parts.Book.Outstanding().Count(permit => own.Contains(permit.Lease)),
            verdicts,
            all.Count == 0 ? null : all.Max(tally => tally.Last)
        );
    }

    private static void Add(SortedDictionary<string, long> verdicts, string name, long count)
    {
        if (count > 0)
        {
            verdicts.Add(name, count);
        }
    }
}
