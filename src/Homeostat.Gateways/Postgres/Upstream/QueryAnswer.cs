using System.Runtime.ExceptionServices;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Upstream;

/// <summary>
/// What the server answers to a query of our own, up to ReadyForQuery.
/// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SIMPLE-QUERY
/// </summary>
internal sealed class QueryAnswer(
    Action<int, TextRow> row,
    Dictionary<string, string> parameters,
    Action<MessageHeader, ReadOnlyMemory<byte>>? overheard
)
{
    private (int Start, int Length)[] _fields = [];
    private int _resultSet = -1;
    private byte _status;
    private ExceptionDispatchInfo? _failure;

    public bool IsComplete => _status != 0;

    /// <summary>The server waits for data, which we never have.</summary>
    public bool WantsCopyData { get; private set; }

    /// <summary>What the server refused, or null.</summary>
    public UpstreamException? Refusal { get; private set; }

    public void Take(MessageHeader header, ReadOnlyMemory<byte> body)
    {
        WantsCopyData = false;
        switch (header.Type)
        {
            case BackendType.RowDescription:
                _resultSet++;
                break;
            case BackendType.DataRow:
                HandOver(body.Span);
                break;
            case BackendType.ErrorResponse:
                Refusal ??= ServerMessages.Refusal(body.Span);
                break;
            case BackendType.ParameterStatus:
                ServerMessages.TakeParameter(body.Span, parameters);
                overheard?.Invoke(header, body);
                break;
            case BackendType.NoticeResponse or BackendType.NotificationResponse:
                overheard?.Invoke(header, body);
                break;
            case BackendType.CopyInResponse:
                WantsCopyData = true;
                break;
            case BackendType.CommandComplete
            or BackendType.EmptyQueryResponse
            or BackendType.CopyOutResponse
            or BackendType.CopyData
            or BackendType.CopyDone:
                break;
            case BackendType.ReadyForQuery:
                _status = ServerMessages.Status(body.Span);
                break;
            default:
                throw header.IsEnd
                    ? new EndOfStreamException("the server closed it")
                    : new ProtocolException($"the server answered a query with a message of type {(char)header.Type}");
        }
    }

    /// <summary>The transaction's status, unless the server refused or the receiver of a row failed.</summary>
    public byte Result()
    {
        _failure?.Throw();
        return Refusal is null ? _status : throw Refusal;
    }

    /// <summary>A receiver that fails gets no further rows; the answer is still read to its end.</summary>
    private void HandOver(ReadOnlySpan<byte> body)
    {
        if (_resultSet < 0 || !TextRow.TryRead(body, ref _fields, out var read))
        {
            throw new ProtocolException("the server sent a row that is cut, too long, or belongs to no query");
        }

        if (_failure is not null)
        {
            return;
        }

        try
        {
            row(_resultSet, read);
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
    }
}
