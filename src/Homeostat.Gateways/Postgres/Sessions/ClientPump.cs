using System.Text;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Postgres.Translating;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>What one session's client side works with.</summary>
internal sealed record ClientPumpParts
{
    public required MessageReader Client { get; init; }

    public required Outgoing Outgoing { get; init; }

    public required ServerPump Server { get; init; }

    public required SessionMeaning Meaning { get; init; }

    public required Gate Gate { get; init; }

    public required DatabaseParts Database { get; init; }

    public required Func<EstateSnapshot?> Estate { get; init; }
}

/// <summary>
/// Takes the client's messages in order: each statement is judged before it is forwarded, and forwarded as it came. In the
/// place of a refused one goes a <see cref="Poison"/>.
/// </summary>
internal sealed partial class ClientPump(ClientPumpParts parts)
{
    private readonly MessageReader _client = parts.Client;
    private readonly Outgoing _outgoing = parts.Outgoing;
    private readonly SessionMeaning _meaning = parts.Meaning;
    private readonly NameTable<Prepared> _statements = new();
    private readonly NameTable<Portal> _portals = new();
    private bool _areNamesUnsure;

    private StatementReader Reader => field ??= new StatementReader(parts.Database, _meaning, _statements);

    /// <summary>Until the client says goodbye or closes the connection.</summary>
    public async Task RunAsync(CancellationToken token)
    {
        while (true)
        {
            if (!_client.HasBufferedMessage)
            {
                await _outgoing.Writer.FlushAsync(token).ConfigureAwait(false);
            }

            var header = await _client.ReadHeaderAsync(token).ConfigureAwait(false);
            if (header.IsEnd || header.Type == FrontendType.Terminate)
            {
                return;
            }

            if (IsOfCopy(header.Type) || !await _outgoing.IsCopyingAsync(header.Type, token).ConfigureAwait(false))
            {
                await HandleAsync(header, token).ConfigureAwait(false);
            }
        }
    }

    private static bool IsOfCopy(byte type) =>
        type is FrontendType.CopyData or FrontendType.CopyDone or FrontendType.CopyFail;

    private ValueTask HandleAsync(MessageHeader header, CancellationToken token) =>
        header.Type switch
        {
            FrontendType.Sync => SyncAsync(header, token),
            FrontendType.CopyData or FrontendType.CopyDone or FrontendType.CopyFail => CopyAsync(header, token),
            _ when _outgoing.IsPassedOver => _client.SkipBodyAsync(token),
            FrontendType.Query => QueryAsync(header, token),
            FrontendType.Bind => BindAsync(header, token),
            FrontendType.Execute => ExecuteAsync(header, token),
            FrontendType.Describe => DescribeAsync(header, token),
            FrontendType.Parse => ParseAsync(header, token),
            FrontendType.Close => CloseAsync(header, token),
            FrontendType.Flush => _client.CopyMessageAsync(header, _outgoing.Writer, token),
            FrontendType.FunctionCall => CallAsync(header, token),
            _ => throw new ProtocolException($"a message of type {(char)header.Type} is not expected here"),
        };

    private async ValueTask SyncAsync(MessageHeader header, CancellationToken token)
    {
        await _client.SkipBodyAsync(token).ConfigureAwait(false);
        _outgoing.SendSync();
    }

    /// <summary>Rows were judged with their COPY; where there is none the server passes over them.</summary>
    private ValueTask CopyAsync(MessageHeader header, CancellationToken token)
    {
        _outgoing.NoteCopy(header.Type);
        return _client.CopyMessageAsync(header, _outgoing.Writer, token);
    }

    private async ValueTask QueryAsync(MessageHeader header, CancellationToken token)
    {
        var body = await _client.ReadBodyAsync(header, token).ConfigureAwait(false);
        if (!QueryMessage.TryRead(body.Span, out _))
        {
            throw new ProtocolException("a Query message is cut, or its text has a NUL");
        }

        var text = body[..^1];
        if (
            _meaning.Settled?.Find(text.Span) is { OnlyLooks: true, IsFollowed: false } plan
            && parts.Gate.TryLook(plan)
        )
        {
            _outgoing.SendQuery(header, body.Span, null);
            return;
        }

        await JudgeQueryAsync(header, body, token).ConfigureAwait(false);
    }

    private async ValueTask JudgeQueryAsync(MessageHeader header, ReadOnlyMemory<byte> body, CancellationToken token)
    {
        // 1. What the session's texts mean now.
        var refusal = await CatchUpAsync(token).ConfigureAwait(false);
        if (_outgoing.IsPassedOver)
        {
            return;
        }

        // 2. What this text says.
        var reading = refusal is null
            ? await ReadAsync(body[..^1], token).ConfigureAwait(false)
            : Reading.Refused(refusal);

        // 3. All decisions before anything is forwarded.
        var executions = new Execution?[reading.Plans.Count];
        refusal = reading.Refusal ?? await DecideAllAsync(reading.Plans, executions).ConfigureAwait(false);
        if (_outgoing.IsPassedOver)
        {
            return;
        }

        if (refusal is not null)
        {
            _outgoing.RefuseQuery(refusal);
            return;
        }

        // 4. The text as it came, or what stands in its place; one that takes rows alone.
        var takesRows = reading.Plans.Any(plan => plan.Translation.TakesRows);
        if (takesRows)
        {
            await _outgoing.DrainAsync(token).ConfigureAwait(false);
        }

        var detail = executions.Any(execution => execution is not null) ? executions : null;
        if (reading.Instead is { } instead)
        {
            _outgoing.SendQuery(instead, detail);
        }
        else
        {
            _outgoing.SendQuery(header, body.Span, detail);
        }

        foreach (var plan in reading.Plans)
        {
            Note(plan);
        }
    }

    private async ValueTask<Refusal?> CatchUpAsync(CancellationToken token)
    {
        var refusal = await _meaning.CatchUpAsync(token).ConfigureAwait(false);
        if (refusal is not null || !_areNamesUnsure || !await _meaning.CanAskAsync(token).ConfigureAwait(false))
        {
            return refusal;
        }

        try
        {
            await CheckNamesAsync(token).ConfigureAwait(false);
            return null;
        }
        catch (OwnQueryException failure)
        {
            return Refusal.NotNow("what the session has prepared could not be read", failure.Message);
        }
    }

    /// <summary>Code that nobody can read may have given a name to another statement: such names are forgotten.</summary>
    private async Task CheckNamesAsync(CancellationToken token)
    {
        var known = new Dictionary<string, string?>(StringComparer.Ordinal);
        await _outgoing
            .AskAsync(
                ["select name, statement from pg_catalog.pg_prepared_statements"],
                (_, row) => known[row[0] ?? ""] = row[1],
                token
            )
            .ConfigureAwait(false);
        _statements.RemoveWhere(
            (name, naming) =>
                name.Length > 0
                && (
                    naming.Value is not { } prepared
                    || known.GetValueOrDefault(Encoding.UTF8.GetString(name)) != Encoding.UTF8.GetString(prepared.Text)
                )
        );
        _areNamesUnsure = false;
    }

    private async ValueTask<Reading> ReadAsync(ReadOnlyMemory<byte> text, CancellationToken token)
    {
        if (_meaning.Book.Find(text.Span) is { } known)
        {
            return new Reading([known], null);
        }

        var parsed = await Reader.ParseAsync(text, token).ConfigureAwait(false);
        if (parsed.Refusal is { } refusal)
        {
            return Reading.Refused(Refusal.Of(refusal));
        }

        if (parsed.Statements.Any(StatementReader.MayExecute))
        {
            await _outgoing.DrainAsync(token).ConfigureAwait(false);
        }

        var reading = parsed.Statements switch
        {
            [] => new Reading([], null),
            [var only] => new Reading(
                [await Reader.PlanAsync(only, text, isText: true, token).ConfigureAwait(false)],
                null
            ),
            var all => await Reader.PlanAllAsync(all, token).ConfigureAwait(false),
        };
        return await Reader.CompleteAsync(reading, parsed.Statements, token).ConfigureAwait(false);
    }

    private async ValueTask<Refusal?> DecideAllAsync(IReadOnlyList<Plan> plans, Execution?[] executions)
    {
        var permits = new List<Permit?>();
        for (var at = 0; at < plans.Count; at++)
        {
            var ruling = await DecideAsync(plans[at]).ConfigureAwait(false);
            if (ruling.Refusal is { } refusal)
            {
                permits.ForEach(parts.Gate.Drop);
                return plans.Count == 1
                    ? refusal
                    : refusal with
                    {
                        Detail = $"statement {at + 1} of {plans.Count}; none of them was run\n{refusal.Detail}",
                    };
            }

            permits.Add(ruling.Permit);
        }

        for (var at = 0; at < plans.Count; at++)
        {
            executions[at] = ExecutionOf(plans[at], permits[at], plans[at].Substitute);
            Name(executions[at]);
        }

        return null;
    }

    private async ValueTask<Ruling> DecideAsync(Plan plan)
    {
        var effects = await _meaning.SeenByOthersAsync(plan.Translation.Effects, parts.Estate()).ConfigureAwait(false);
        return await parts.Gate.DecideAsync(plan, effects).ConfigureAwait(false);
    }

    /// <summary>Null where nothing of the answer has to be followed.</summary>
    private Execution? ExecutionOf(Plan plan, Permit? permit, Substitute? substitute) =>
        plan.IsFollowed
            ? new Execution(plan, permit)
            {
                Substitute = substitute,
                KeepsCatalogue = plan.OnlyDiscards && !_meaning.IsUnsettled && !_meaning.IsPrivate,
            }
            : null;

    /// <summary>The names that a statement gives and takes, from where it is sent on: not before, and not without it.</summary>
    private void Name(Execution? execution)
    {
        if (execution is not null)
        {
            execution.Namings = NamingsOf(execution.Plan);
        }
    }

    private IReadOnlyList<Naming> NamingsOf(Plan plan)
    {
        switch (plan.Translation.Step)
        {
            case SessionStep.Prepare { Statement: { } query } prepare:
                var prepared = Prepared.BySql(prepare.Name, query, prepare.IsTyped);
                return [_statements.Put(Encoding.UTF8.GetBytes(prepare.Name), prepared, _outgoing.Segment)];
            case SessionStep.Deallocate { Name: { } name }:
                return [_statements.Put(Encoding.UTF8.GetBytes(name), null, _outgoing.Segment)];
            case SessionStep.Deallocate:
                return [.. _statements.All().Select(entry => _statements.Put(entry.Name, null, _outgoing.Segment))];
            default:
                return [];
        }
    }

    /// <summary>What a statement that was sent leaves open.</summary>
    private void Note(Plan? plan)
    {
        if (plan is { Unsettles: true })
        {
            _meaning.Unsettle();
            _areNamesUnsure |= plan.Translation.Opaque.Count > 0;
        }

        if (plan is { Translation.TakesRows: true })
        {
            _outgoing.BeginCopy();
        }
    }
}
