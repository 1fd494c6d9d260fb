using System.Text;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>
/// The extended protocol. Parse runs nothing; Bind may (domains, casts, what a plan evaluates), so the decision is made
/// there and holds for the portal's one run: no Execute of a portal begins its statement anew.
/// </summary>
internal sealed partial class ClientPump
{
    private async ValueTask ParseAsync(MessageHeader header, CancellationToken token)
    {
        var body = await _client.ReadBodyAsync(header, token).ConfigureAwait(false);
        var (name, text) = PartsOfParse(body);
        var refusal = await CatchUpAsync(token).ConfigureAwait(false);
        await CertainAsync(_statements, name, token).ConfigureAwait(false);
        if (_outgoing.IsPassedOver)
        {
            return;
        }

        Prepared? prepared = null;
        if (refusal is null)
        {
            (prepared, refusal) = await PrepareAsync(text, ParametersSaid.Of(body.Span), token).ConfigureAwait(false);
        }

        if (_outgoing.IsPassedOver)
        {
            return;
        }

        if (refusal is null && _statements.Count >= Limits.MaxPreparedStatements)
        {
            refusal = new Refusal(SqlState.TooManyStatements, "too many statements are prepared in this session")
            {
                Hint = "close those that are no longer used",
            };
        }

        if (refusal is not null)
        {
            _outgoing.RefuseParse(name.Span, refusal);
            return;
        }

        _outgoing.Expect(Awaited.Parse, _statements.Put(name.Span, prepared, _outgoing.Segment));
        if (prepared!.Substitute is { } substitute)
        {
            FrontendMessages.WriteParse(_outgoing.Writer, name.Span, Encoding.UTF8.GetBytes(substitute.Text), []);
            return;
        }

        _outgoing.Writer.WriteHeader(header);
        _outgoing.Writer.WriteRaw(body.Span);
    }

    private static (ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Text) PartsOfParse(ReadOnlyMemory<byte> body) =>
        ParseMessage.TryRead(body.Span, out var message)
            ? (body[..message.Name.Length], body.Slice(message.Name.Length + 1, message.Text.Length))
            : throw new ProtocolException("a Parse message is cut");

    /// <summary>A text that is to be prepared; what may never run is refused at once.</summary>
    private async ValueTask<(Prepared? Prepared, Refusal? Refusal)> PrepareAsync(
        ReadOnlyMemory<byte> text,
        ParametersSaid said,
        CancellationToken token
    )
    {
        if (
            text.Length <= Limits.MaxInlineParseBytes
            && _meaning.Book.Find(text.Span) is { Translation.Forbidden: null } kept
            && said.LeavesAsIs(kept.Translation)
        )
        {
            return (Prepared.Known(text.Span, kept, _meaning.Book, said), null);
        }

        var parsed = await Reader.ParseAsync(text, token).ConfigureAwait(false);
        switch (parsed)
        {
            case { Refusal: { } refusal }:
                return (null, Refusal.Of(refusal));
            case { Statements: [] }:
                return (new Prepared(text.ToArray(), null), null);
            case { Statements: [var statement] }:
                var (prepared, plan) = await PlanAsync(text.ToArray(), statement, said, token).ConfigureAwait(false);
                return plan.Translation.Forbidden is null
                    ? (plan.Substitute is { } instead ? prepared.Replaced(instead) : prepared, null)
                    : (null, (await DecideAsync(plan).ConfigureAwait(false)).Refusal);
            default:
                return (
                    null,
                    new Refusal(SqlState.SyntaxError, "cannot insert multiple commands into a prepared statement")
                );
        }
    }

    /// <summary>What the text means is kept for whoever sends it again, also where the types of this client's parameters could matter and do not.</summary>
    private async ValueTask<(Prepared Prepared, Plan Plan)> PlanAsync(
        byte[] text,
        SqlStatement statement,
        ParametersSaid said,
        CancellationToken token
    )
    {
        var prepared = Prepared.ByParse(text, statement, said);
        if (!prepared.IsText && said.Own.Count == 0)
        {
            var untyped = new Prepared(text, statement);
            var plan = await PlanOfAsync(untyped, token).ConfigureAwait(false);
            if (said.LeavesAsIs(plan.Translation))
            {
                (prepared.Plan, prepared.Book) = (plan, untyped.Book);
                return (prepared, plan);
            }
        }

        return (prepared, await PlanOfAsync(prepared, token).ConfigureAwait(false));
    }

    private async ValueTask BindAsync(MessageHeader header, CancellationToken token)
    {
        var (portal, statement) = await NamesOfBindAsync(header, token).ConfigureAwait(false);
        if (
            _meaning.Settled is { } book
            && _statements.Find(statement.Span)
                is { Value: { Plan: { OnlyLooks: true, IsFollowed: false } plan } known } naming
            && _outgoing.IsCertain(naming)
            && ReferenceEquals(known.Book, book)
            && IsFree(portal.Span)
            && parts.Gate.TryLook(plan)
        )
        {
            await ForwardBindAsync(header, portal, new Portal(known, plan, book), token).ConfigureAwait(false);
            return;
        }

        await JudgeBindAsync(header, portal, statement, token).ConfigureAwait(false);
    }

    private async ValueTask JudgeBindAsync(
        MessageHeader header,
        ReadOnlyMemory<byte> portal,
        ReadOnlyMemory<byte> statement,
        CancellationToken token
    )
    {
        var refusal = await CatchUpAsync(token).ConfigureAwait(false);
        var prepared = await CertainAsync(_statements, statement, token).ConfigureAwait(false);
        await CertainAsync(_portals, portal, token).ConfigureAwait(false);
        Portal? bound = null;
        if (!_outgoing.IsPassedOver && refusal is null)
        {
            (bound, refusal) = await BindAsync(prepared, statement, token).ConfigureAwait(false);
        }

        if (_outgoing.IsPassedOver)
        {
            await _client.SkipBodyAsync(token).ConfigureAwait(false);
        }
        else if (refusal is not null)
        {
            await _client.SkipBodyAsync(token).ConfigureAwait(false);
            _outgoing.RefuseExecute(refusal);
        }
        else
        {
            await ForwardBindAsync(header, portal, bound!, token).ConfigureAwait(false);
        }
    }

    private async ValueTask<(Portal? Portal, Refusal? Refusal)> BindAsync(
        Prepared? prepared,
        ReadOnlyMemory<byte> name,
        CancellationToken token
    )
    {
        if (prepared is null)
        {
            var missing = $"prepared statement \"{Encoding.UTF8.GetString(name.Span)}\" does not exist";
            return (null, new Refusal(SqlState.UndefinedStatement, missing));
        }

        if (prepared is { IsKnown: false, Statement: null })
        {
            return (new Portal(prepared, null, null), null);
        }

        var (plan, ruling) = await JudgeAsync(prepared, token).ConfigureAwait(false);
        return ruling.Refusal is { } refusal
            ? (null, refusal)
            : (
                new Portal(prepared, plan, _meaning.Book)
                {
                    Execution = ExecutionOf(plan, ruling.Permit, prepared.Substitute),
                },
                null
            );
    }

    /// <summary>What the server has under the name must still be what the client's text comes to.</summary>
    private async ValueTask<(Plan Plan, Ruling Ruling)> JudgeAsync(Prepared prepared, CancellationToken token)
    {
        var plan = await PlanOfAsync(prepared, token).ConfigureAwait(false);
        return Substitute.AreSame(plan.Substitute, prepared.Substitute) || plan.Translation.Forbidden is not null
            ? (plan, await DecideAsync(plan).ConfigureAwait(false))
            : (plan, new Ruling(null, Refusal.PreparedBefore(plan.Translation.Command)));
    }

    /// <summary>The values follow the names and are passed on as they come.</summary>
    private ValueTask ForwardBindAsync(
        MessageHeader header,
        ReadOnlyMemory<byte> name,
        Portal portal,
        CancellationToken token
    )
    {
        Tidy();
        _outgoing.Expect(Awaited.Bind, _portals.Put(name.Span, portal, _outgoing.Segment));
        return _client.CopyMessageAsync(header, _outgoing.Writer, token);
    }

    private async ValueTask<(ReadOnlyMemory<byte> Portal, ReadOnlyMemory<byte> Statement)> NamesOfBindAsync(
        MessageHeader header,
        CancellationToken token
    )
    {
        for (var enough = 256; ; enough *= 4)
        {
            var first = await _client.PeekBodyAsync(header, enough, token).ConfigureAwait(false);
            if (BindHeader.TryRead(first.Span, out var names))
            {
                return (first[..names.Portal.Length], first.Slice(names.Portal.Length + 1, names.Statement.Length));
            }

            if (first.Length >= header.BodyLength || enough > Limits.MaxSmallMessageBytes)
            {
                throw new ProtocolException("the names of a Bind message are cut or too long");
            }
        }
    }

    private async ValueTask ExecuteAsync(MessageHeader header, CancellationToken token)
    {
        var body = await _client.ReadBodyAsync(header, token).ConfigureAwait(false);
        var name = ExecuteMessage.TryRead(body.Span, out var message)
            ? body[..message.Portal.Length]
            : throw new ProtocolException("an Execute message is cut");
        var portal =
            _portals.Find(name.Span) is { } naming && _outgoing.IsCertain(naming)
                ? naming.Value
                : await CertainAsync(_portals, name, token).ConfigureAwait(false);
        if (_outgoing.IsPassedOver)
        {
            return;
        }

        var refusal =
            portal is null
                ? new Refusal(
                    SqlState.UndefinedPortal,
                    $"portal \"{Encoding.UTF8.GetString(name.Span)}\" does not exist"
                )
            : IsStillGood(portal) ? null
            : await DecideAgainAsync(portal, token).ConfigureAwait(false);
        if (_outgoing.IsPassedOver)
        {
            return;
        }

        if (refusal is not null)
        {
            _outgoing.RefuseExecute(refusal);
            return;
        }

        if (portal!.Plan is { Translation.TakesRows: true })
        {
            await _outgoing.DrainAsync(token).ConfigureAwait(false);
            if (_outgoing.IsPassedOver)
            {
                return;
            }
        }

        if (!portal.IsUsed)
        {
            portal.IsUsed = true;
            Name(portal.Execution);
        }

        _outgoing.Expect(Awaited.Execute, portal.Execution);
        _outgoing.Writer.WriteHeader(header);
        _outgoing.Writer.WriteRaw(body.Span);
        Note(portal.Plan);
    }

    /// <summary>
    /// What was decided at Bind holds for the first Execute, if the catalogue and the settings are the same; a write that
    /// goes on does so under its one permit, whereas each further look is one more.
    /// </summary>
    private bool IsStillGood(Portal portal) =>
        portal.Plan is not { } plan
        || (
            portal.IsUsed
                ? !plan.OnlyLooks
                : !plan.Translation.DependsOnSession && ReferenceEquals(_meaning.BookNow, portal.Book)
        );

    private async ValueTask<Refusal?> DecideAgainAsync(Portal portal, CancellationToken token)
    {
        var refusal = await CatchUpAsync(token).ConfigureAwait(false);
        if (refusal is not null || _outgoing.IsPassedOver)
        {
            return refusal;
        }

        if (
            !portal.IsUsed
            && portal.Plan is { Translation.DependsOnSession: false }
            && ReferenceEquals(_meaning.Book, portal.Book)
        )
        {
            return null;
        }

        var (plan, ruling) = await JudgeAsync(portal.Prepared, token).ConfigureAwait(false);
        if (ruling.Refusal is null)
        {
            (portal.Plan, portal.Book) = (plan, _meaning.Book);
            portal.Execution = ExecutionOf(plan, ruling.Permit, portal.Prepared.Substitute);
        }

        return ruling.Refusal;
    }

    /// <summary>Describing runs nothing and tells types alone.</summary>
    private async ValueTask DescribeAsync(MessageHeader header, CancellationToken token)
    {
        var body = await _client.ReadBodyAsync(header, token).ConfigureAwait(false);
        if (!DescribeMessage.TryRead(body.Span, out _))
        {
            throw new ProtocolException("a Describe message is cut");
        }

        _outgoing.Expect(Awaited.Describe, null);
        _outgoing.Writer.WriteHeader(header);
        _outgoing.Writer.WriteRaw(body.Span);
    }

    private async ValueTask CloseAsync(MessageHeader header, CancellationToken token)
    {
        var body = await _client.ReadBodyAsync(header, token).ConfigureAwait(false);
        if (!CloseMessage.TryRead(body.Span, out var message))
        {
            throw new ProtocolException("a Close message is cut");
        }

        Naming naming =
            message.Kind == NamedThing.Statement
                ? _statements.Put(message.Name, null, _outgoing.Segment)
                : _portals.Put(message.Name, null, _outgoing.Segment);
        _outgoing.Expect(Awaited.Close, naming);
        _outgoing.Writer.WriteHeader(header);
        _outgoing.Writer.WriteRaw(body.Span);
    }

    /// <summary>What a statement means under the book of now.</summary>
    private async ValueTask<Plan> PlanOfAsync(Prepared prepared, CancellationToken token)
    {
        if (
            prepared.Plan is { } known
            && ReferenceEquals(prepared.Book, _meaning.Book)
            && !known.Translation.DependsOnSession
            && (known.Substitute ?? prepared.Substitute) is null
        )
        {
            return known;
        }

        if (StatementReader.MayExecute(prepared.Statement!))
        {
            await _outgoing.DrainAsync(token).ConfigureAwait(false);
        }

        var plan = await Reader
            .PlanAsync(prepared.Statement!, prepared.Text, prepared.IsText, token)
            .ConfigureAwait(false);
        (prepared.Plan, prepared.Book) = (plan, _meaning.Book);
        return plan;
    }
}
