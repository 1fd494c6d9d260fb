using Homeostat.Gateways.Postgres.Upstream;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>The state of a session's transaction, as the server says it.</summary>
internal static class TransactionStatus
{
    public const byte Idle = (byte)'I';
    public const byte Open = (byte)'T';
    public const byte Failed = (byte)'E';
}

/// <summary>
/// Passes the server's answers on as they are, keeps account of which message each answers, and puts a refusal in the place
/// of the error that stands for it. The state of the transaction is never ours: what the server says is passed on.
/// </summary>
internal sealed partial class ServerPump(
    UpstreamConnection upstream,
    MessageWriter client,
    InFlightQueue sent,
    HeldPermits held
)
{
    private const int NoSegment = -1;

    private volatile byte _status = TransactionStatus.Idle;
    private volatile int _failedSegment = NoSegment;
    private volatile int _idleSegment = NoSegment;
    private volatile bool _meaningChanged;
    private volatile bool _catalogueChanged;
    private volatile bool _isCopyingIn;
    private long _committedAt;
    private int _statement;
    private bool _isSkipping;
    private bool _isUndone;
    private bool _hasSet;
    private bool _hasMade;

    public byte Status => _status;

    /// <summary>The segment in which something failed last: the server passes over the rest of it.</summary>
    public int FailedSegment => _failedSegment;

    /// <summary>The newest segment after which no transaction was open: the portals of it and before are gone.</summary>
    public int IdleSegment => _idleSegment;

    /// <summary>The server takes the rows of a COPY.</summary>
    public bool IsCopyingIn => _isCopyingIn;

    /// <summary>A setting that statements depend on may be another than it was last read.</summary>
    public bool MeaningChanged
    {
        get => _meaningChanged;
        set => _meaningChanged = value;
    }

    /// <summary>The catalogue may be another, as this session sees it.</summary>
    public bool CatalogueChanged
    {
        get => _catalogueChanged;
        set => _catalogueChanged = value;
    }

    /// <summary>A message to the client is half written: nothing else may be said to it.</summary>
    public bool IsWithinMessage { get; private set; }

    /// <summary>The server itself has said why it ends the session.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Told when a transaction that may have changed the catalogue has ended; gives the time.</summary>
    public Func<long> OnCatalogueCommitted { get; init; } = () => 0;

    /// <summary>When such a transaction of this session ended last, by the clock's timestamps.</summary>
    public long CommittedAt => Volatile.Read(ref _committedAt);

    /// <summary>Until the server closes the connection.</summary>
    public async Task RunAsync(CancellationToken token)
    {
        var reader = upstream.Reader;
        while (true)
        {
            var isOwn = sent.TryPeek(out var head) && head.Kind == Awaited.Own;
            var rows = isOwn ? default : reader.TakeMessages("Dd"u8);
            if (!rows.IsEmpty)
            {
                IsWithinMessage = true;
                await client.WriteThroughAsync(rows, token).ConfigureAwait(false);
                IsWithinMessage = false;
                continue;
            }

            if (!reader.HasBufferedMessage && client.PendingBytes > 0)
            {
                IsWithinMessage = true;
                await client.FlushAsync(token).ConfigureAwait(false);
                IsWithinMessage = false;
            }

            var header = await reader.ReadHeaderAsync(token).ConfigureAwait(false);
            if (header.IsEnd)
            {
                await client.FlushAsync(token).ConfigureAwait(false);
                return;
            }

            await HandleAsync(header, token).ConfigureAwait(false);
        }
    }

    /// <summary>What was under way when the connection ended; nobody knows how far it came.</summary>
    public void Lose()
    {
        sent.Close();
        while (!sent.IsEmpty)
        {
            var lost = sent.Take();
            Fail(lost.Detail, "unknown: connection lost");
            (lost.Detail as OwnQuery)?.Fail("the connection was lost");
        }

        held.Lose();
    }

    private ValueTask HandleAsync(MessageHeader header, CancellationToken token) =>
        header.Type switch
        {
            BackendType.NotificationResponse => PassAsync(header, token),
            BackendType.ParameterStatus => HandleSettingAsync(header, token),
            BackendType.FunctionCallResponse when IsNext(Awaited.Call) => PassAsync(header, token),
            BackendType.Authentication
            or BackendType.BackendKeyData
            or BackendType.NegotiateProtocolVersion
            or BackendType.FunctionCallResponse
            or BackendType.CopyBothResponse => throw new ProtocolException(
                $"the server sent a message of type {(char)header.Type} that nothing asked for"
            ),
            _ when sent.TryPeek(out var head) && head is { Kind: Awaited.Own, Detail: OwnQuery own } => HandleOwnAsync(
                own,
                head.Segment,
                header,
                token
            ),
            BackendType.NoticeResponse when SubstituteNow is { } substitute => HandleNoticeAsync(
                substitute,
                header,
                token
            ),
            BackendType.ErrorResponse => HandleErrorAsync(header, token),
            BackendType.CommandComplete => HandleCompleteAsync(header, token),
            BackendType.ReadyForQuery => HandleReadyAsync(header, token),
            _ => HandleSimpleAsync(header, token),
        };

    private async ValueTask PassAsync(MessageHeader header, CancellationToken token)
    {
        IsWithinMessage = true;
        await upstream.Reader.CopyMessageAsync(header, client, token).ConfigureAwait(false);
        IsWithinMessage = false;
    }

    private void Pass(MessageHeader header, ReadOnlySpan<byte> body)
    {
        client.WriteHeader(header);
        client.WriteRaw(body);
    }

    /// <summary>Messages whose bodies mean nothing here.</summary>
    private ValueTask HandleSimpleAsync(MessageHeader header, CancellationToken token)
    {
        switch (header.Type)
        {
            case BackendType.ParseComplete:
                Take(Awaited.Parse, header);
                break;
            case BackendType.BindComplete:
                Take(Awaited.Bind, header);
                break;
            case BackendType.CloseComplete:
                Take(Awaited.Close, header);
                break;
            case BackendType.PortalSuspended:
                Take(Awaited.Execute, header);
                break;
            case BackendType.RowDescription or BackendType.NoData when IsNext(Awaited.Describe):
                Take(Awaited.Describe, header);
                break;
            case BackendType.EmptyQueryResponse when IsNext(Awaited.Execute):
                Take(Awaited.Execute, header);
                break;
            case BackendType.CopyInResponse:
                BeginCopy(header);
                break;
        }

        return PassAsync(header, token);
    }

    /// <summary>Until its end the server reads nothing but rows: only a statement that was judged to take some may begin it.</summary>
    private void BeginCopy(MessageHeader header)
    {
        if (!sent.TryPeek(out var head) || ExecutionOf(head) is not { Plan.Translation.TakesRows: true })
        {
            throw Unexpected(header);
        }

        _isCopyingIn = true;
        sent.Wake();
    }

    private Execution? ExecutionOf(in InFlight head) =>
        head.Detail as Execution ?? (head.Detail as Execution?[])?.ElementAtOrDefault(_statement);

    private bool IsNext(Awaited kind) => sent.TryPeek(out var head) && head.Kind == kind;

    private void Take(Awaited kind, MessageHeader header)
    {
        if (_isSkipping || !IsNext(kind))
        {
            throw Unexpected(header);
        }

        // What it changes stands before anybody who waits for it goes on.
        sent.TryPeek(out var head);
        if (head.Detail is Naming naming)
        {
            naming.Standing = Standing.Done;
            if (naming is Naming<Portal> { Value.Execution: { } execution })
            {
                held.Hold(execution);
            }
        }

        sent.Take();
    }

    private static ProtocolException Unexpected(MessageHeader header) =>
        new($"the server sent a message of type {(char)header.Type} out of turn");

    private async ValueTask HandleOwnAsync(OwnQuery own, int segment, MessageHeader header, CancellationToken token)
    {
        var body = await upstream.Reader.ReadBodyAsync(header, token).ConfigureAwait(false);
        if (!own.Take(header.Type, body.Span))
        {
            return;
        }

        if (header.Type == BackendType.ReadyForQuery)
        {
            // A question of ours that failed has failed the client's transaction with it.
            _status = body.Span[0];
        }

        sent.Take();
        if (header.Type == BackendType.ErrorResponse)
        {
            Pass(header, body.Span);
            _isUndone = true;
            SkipFrom(segment);
        }

        own.End();
    }

    /// <summary>Under these settings the server would read other statements than those that were judged.</summary>
    private async ValueTask HandleSettingAsync(MessageHeader header, CancellationToken token)
    {
        var body = await upstream.Reader.ReadBodyAsync(header, token).ConfigureAwait(false);
        CheckSetting(body.Span);
        Pass(header, body.Span);
    }

    private static void CheckSetting(ReadOnlySpan<byte> body)
    {
        var fields = new FieldReader(body);
        if (!fields.TryReadString(out var name) || !fields.TryReadString(out var value))
        {
            throw new ProtocolException("the server sent a setting that is cut");
        }

        if (
            (name.SequenceEqual("client_encoding"u8) && !value.SequenceEqual("UTF8"u8))
            || (name.SequenceEqual("standard_conforming_strings"u8) && !value.SequenceEqual("on"u8))
        )
        {
            throw new ProtocolException(
                "client_encoding must stay UTF8 and standard_conforming_strings on: statements are read as such"
            );
        }
    }
}
