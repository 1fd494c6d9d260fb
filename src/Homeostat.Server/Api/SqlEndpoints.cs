using System.Security.Cryptography;
using System.Text;
using Homeostat.Client.Contract;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Gateways.Postgres.Explaining;
using Homeostat.Server.Hosting;
using Homeostat.Server.Leases;

namespace Homeostat.Server.Api;

/// <summary>What SQL would do, without doing it.</summary>
internal sealed class SqlEndpoints(ControlPlane plane, Callers callers)
{
    private static readonly AgentId Nobody = new("simulation");

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/postgres/simulations", SimulateAsync);

    private async Task SimulateAsync(HttpContext context)
    {
        var caller = callers.Identify(context);
        if (caller.IsEstate)
        {
            throw Callers.Forbidden("the estate's token is for telling what is there");
        }

        var (body, _) = await Exchange.ReadAsync(context, ContractJson.Default.SqlBody);
        var places = new Places();
        var database = places.Text("database", body.Database);
        if (Encoding.UTF8.GetByteCount(database) > Gateways.Limits.MaxDatabaseName)
        {
            places.Refuse(
                "database",
                $"expected at most {Gateways.Limits.MaxDatabaseName} bytes, as PostgreSQL has it"
            );
        }

        if (places.Errors.Count > 0)
        {
            throw ProblemException.Of(places);
        }

        if (plane.Gateway is not { } gateway)
        {
            throw new ProblemException(
                StatusCodes.Status404NotFound,
                "no PostgreSQL server is reached through this service",
                "start it with --postgres URL"
            );
        }

        DemandReach(caller, database);
        var explained = await gateway.ExplainAsync(database, body.Sql, context.RequestAborted);
        var statements = explained.Statements.Select(statement => Of(statement, caller.Lease));
        await Exchange.WriteAsync(
            context,
            new SqlAnswer([.. statements], explained.Refusal),
            ContractJson.Default.SqlAnswer
        );
    }

    /// <summary>
    /// Before anything is asked of the server: an answer tells of a catalogue and of what the planner knows, and whether
    /// there is such a database at all.
    /// </summary>
    /// <exception cref="ProblemException">A lease asks that cannot be used, or that is not for the database.</exception>
    private void DemandReach(Caller caller, string database)
    {
        if (caller.Lease is not { } lease)
        {
            return;
        }

        var (balance, refusal) = plane.Parts.Book.Find(lease.Id, lease.Agent, plane.Parts.Clock.GetUtcNow());
        if (balance is null)
        {
            throw Callers.Forbidden(refusal ?? "the lease cannot be used");
        }

        var id = new PostgresNames(plane.Options.PostgresName, database).Database;
        var estate = plane.Parts.Estate.Current ?? EstateSnapshot.Empty;
        if (balance.Lineage.Any(one => !one.Cone.Where.Matches(estate, id)))
        {
            throw Callers.Forbidden(
                $"{id} is outside lease {lease.Id}; ask with a lease whose where selects {id}, or with the operator's token"
            );
        }
    }

    private SqlStatementBody Of(ExplainedStatement statement, Lease? lease)
    {
        var now = plane.Parts.Clock.GetUtcNow();
        var request = new ActionRequest
        {
            Id = new RequestId(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))),
            Agent = lease?.Agent ?? Nobody,
            Lease = lease?.Id ?? new LeaseId(Nobody.Value),
            Operation = statement.Command,
            Effects = statement.Effects,
            PayloadHash = statement.PayloadHash,
            Goal = lease is null ? null : new Goal(lease.Purpose),
        };
        var decision = lease is null
            ? plane.Parts.Decider.Simulate(request, Unbounded(now))
            : plane.Parts.Decider.Simulate(request);
        var served = new ServedDecision(decision, null, Looked: false, Earlier: false);
        return new SqlStatementBody
        {
            Command = statement.Command,
            Decision = Answers.Of(served, request, plane.Settlements),
            Effects = [.. statement.Effects.Select(effect => Of(effect, now)).Distinct().Take(Limits.ListedRows)],
            EstimatedRows = statement.EstimatedRows,
            NoEstimate = statement.NoEstimate,
            Forbidden = statement.Forbidden,
            NotUnderstood = NullIfEmpty(statement.NotUnderstood),
            RunsCode = NullIfEmpty(statement.Opaque),
            Missing = NullIfEmpty(statement.Missing),
        };
    }

    private SqlEffectBody Of(Effect effect, DateTimeOffset now)
    {
        var said = new SqlEffectBody(
            Words.Of(effect.Operation),
            effect.Target.Value,
            effect is Effect.LoseData { Extent.Rows: { } rows } ? rows : null
        );
        return
            effect is Effect.LoseData or Effect.Destroy
            && plane.Parts.Estate.Current?.Describe(effect.Target) is { } table
            && table.Facts.FirstOrDefault(fact => fact.Key == "rows") is { Value.Number: { } number } held
            ? said with
            {
                Held = number,
                HeldAgeSeconds = (now - held.Provenance.ObservedAt)?.TotalSeconds,
            }
            : said;
    }

    private static IReadOnlyList<string>? NullIfEmpty(IReadOnlyList<string> texts) => texts.Count == 0 ? null : texts;

    /// <summary>Terms that cover everything, so that only the consequences speak.</summary>
    private static LeaseBalance Unbounded(DateTimeOffset now)
    {
        var amounts = new Amounts
        {
            Resources = int.MaxValue,
            Rows = long.MaxValue,
            Irreversible = int.MaxValue,
        };
        var lease = new Lease
        {
            Id = new LeaseId(Nobody.Value),
            Agent = Nobody,
            Purpose = "simulation",
            IssuedAt = now,
            ExpiresAt = now + Lease.DefaultLife,
            Cone = new LightCone
            {
                Operations = (Operations)ushort.MaxValue,
                Manner = Manner.IrreversibleWithCritics,
                Amounts = amounts,
            },
        };
        return new LeaseBalance([lease], amounts.Stress, int.MaxValue, 1, 1);
    }
}
