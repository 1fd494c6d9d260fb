using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Upstream;

/// <summary>A connection to the database that is in and was ready; one session's own, not for use by two threads.</summary>
internal sealed class UpstreamConnection : IAsyncDisposable
{
    private readonly UpstreamAddress _address;
    private readonly Stream _stream;
    private readonly Dictionary<string, string> _parameters = new(StringComparer.Ordinal);
    private byte[] _secret = [];
    private bool _isAnswerDue;

    private UpstreamConnection(UpstreamAddress address, Stream stream)
    {
        _address = address;
        _stream = stream;
        Reader = new MessageReader(stream, MessageSource.Server);
        Writer = new MessageWriter(stream);
    }

    public MessageReader Reader { get; }

    public MessageWriter Writer { get; }

    /// <summary>The server's settings that it reports, as it reported them last.</summary>
    public IReadOnlyDictionary<string, string> Parameters => _parameters;

    public int ServerMajor { get; private set; }

    public int ProcessId { get; private set; }

    public bool IsEncrypted => _stream is SslStream;

    /// <summary>Is told of what the server sends of its own accord while a query of ours runs: type and body.</summary>
    public Action<MessageHeader, ReadOnlyMemory<byte>>? Overheard { get; set; }

    /// <summary>Connects, proves who we are, and waits until the server is ready.</summary>
    /// <exception cref="UpstreamException">The server refused, is of another version, or could not be reached in time.</exception>
    public static async Task<UpstreamConnection> ConnectAsync(
        UpstreamAddress address,
        string database,
        string? applicationName,
        CancellationToken token
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(Limits.MaxConnectTime);
        try
        {
            var stream = await UpstreamSocket.OpenAsync(address, limit.Token).ConfigureAwait(false);
            var connection = new UpstreamConnection(address, stream);
            try
            {
                await connection.LogInAsync(database, applicationName, limit.Token).ConfigureAwait(false);
                return connection;
            }
            catch
            {
                connection.Abandon();
                throw;
            }
        }
        catch (OperationCanceledException e) when (!token.IsCancellationRequested)
        {
            throw new UpstreamException(
                SqlState.CannotConnect,
                $"{address} was not ready within {Limits.MaxConnectTime.TotalSeconds} seconds",
                e
            );
        }
        catch (ProtocolException e)
        {
            throw new UpstreamException(e.SqlState, e.Message, e);
        }
        catch (Exception e) when (IsUnreachable(e))
        {
            throw new UpstreamException(SqlState.CannotConnect, $"{address} cannot be reached: {e.Message}", e);
        }
    }

    /// <summary>
    /// Runs a query of our own, or several in one text, while the server is idle and nothing of the client's is under way.
    /// Rows are numbered by the queries that give rows, from 0.
    /// </summary>
    /// <returns>The transaction's status: I, T or E.</returns>
    /// <exception cref="UpstreamException">The server refused (it is ready again), or the connection is gone.</exception>
    /// <exception cref="ProtocolException">The server broke the protocol; the connection cannot go on.</exception>
    /// <exception cref="OperationCanceledException">The answer was not awaited; the connection cannot go on.</exception>
    public async Task<byte> QueryAsync(string sql, Action<int, TextRow> row, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (_isAnswerDue)
        {
            throw new InvalidOperationException("the answer to an earlier query was not read to its end");
        }

        _isAnswerDue = true;
        var answer = new QueryAnswer(row, _parameters, Overheard);
        try
        {
            FrontendMessages.WriteQuery(Writer, sql);
            await Writer.FlushAsync(token).ConfigureAwait(false);
            while (!answer.IsComplete)
            {
                var header = await Reader.ReadHeaderAsync(token).ConfigureAwait(false);
                var body = await Reader.ReadBodyAsync(header, token).ConfigureAwait(false);
                answer.Take(header, body);
                if (answer.WantsCopyData)
                {
                    FrontendMessages.WriteCopyFail(Writer, "this query was to give rows");
                    await Writer.FlushAsync(token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new UpstreamException(
                SqlState.ConnectionFailure,
                answer.Refusal?.Message ?? $"the connection to {_address} is gone: {e.Message}",
                e
            );
        }

        _isAnswerDue = false;
        return answer.Result();
    }

    /// <summary>
    /// Asks the server, over a connection of its own, to stop what this connection runs; returns when the server has taken
    /// note. It may come too late to stop anything.
    /// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
    /// </summary>
    /// <exception cref="UpstreamException">The server could not be reached in time.</exception>
    public async Task CancelAsync(CancellationToken token)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(Limits.MaxCancelTime);
        try
        {
            var stream = await UpstreamSocket.OpenAsync(_address, limit.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                using var writer = new MessageWriter(stream);
                FrontendMessages.WriteCancelRequest(writer, ProcessId, _secret);
                await writer.FlushAsync(limit.Token).ConfigureAwait(false);
                _ = await stream.ReadAsync(new byte[1], limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e)
            when (IsUnreachable(e) || (e is OperationCanceledException && !token.IsCancellationRequested))
        {
            throw new UpstreamException(
                SqlState.CannotConnect,
                $"a request to cancel did not reach {_address}: {e.Message}",
                e
            );
        }
    }

    /// <summary>Says goodbye where that can be said at once, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(Limits.MaxGoodbyeTime);
        try
        {
            FrontendMessages.WriteTerminate(Writer);
            await Writer.FlushAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e)
            when (e is IOException or SocketException or OperationCanceledException or InvalidOperationException)
        {
            // The connection is gone, or a message is half written: closing is all that is left.
        }

        Abandon();
    }

    private async Task LogInAsync(string database, string? applicationName, CancellationToken token)
    {
        var isPrivate = _address.IsUnixSocket || (IsEncrypted && _address.Tls == UpstreamTls.VerifyFull);
        var login = new UpstreamLogin(_address, isPrivate, Reader, Writer, _parameters);
        await login.RunAsync(database, applicationName, token).ConfigureAwait(false);
        ProcessId = login.ProcessId;
        _secret = login.Secret;
        ServerMajor = ServerMessages.Major(_parameters);
    }

    private void Abandon()
    {
        _stream.Dispose();
        Reader.Dispose();
        Writer.Dispose();
    }

    private static bool IsUnreachable(Exception e) =>
        e
            is IOException
                or SocketException
                or AuthenticationException
                or CryptographicException
                or UnauthorizedAccessException
                or ArgumentException;
}
