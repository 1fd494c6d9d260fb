using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Homeostat.Gateways.Postgres.Authentication;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Upstream;

/// <summary>
/// One connection's way from its first packet to the first ReadyForQuery.
/// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
/// </summary>
internal sealed class UpstreamLogin(
    UpstreamAddress address,
    bool isPrivate,
    MessageReader reader,
    MessageWriter writer,
    Dictionary<string, string> parameters
)
{
    private const int Ok = 0;
    private const int CleartextPassword = 3;
    private const int Md5 = 5;
    private const int Sasl = 10;
    private const int SaslContinue = 11;
    private const int SaslFinal = 12;
    private const int Md5SaltBytes = 4;

    private const int LeastSecretBytes = 4;
    private const int MostSecretBytes = 256;

    private ScramClient? _scram;
    private bool _isServerProven;
    private bool _isIn;

    public int ProcessId { get; private set; }

    /// <summary>What a request to cancel has to show.</summary>
    [SuppressMessage(
        "Performance",
        "CA1819:Properties should not return arrays",
        Justification = "made once, read by one"
    )]
    public byte[] Secret { get; private set; } = [];

    public async Task RunAsync(string database, string? applicationName, CancellationToken token)
    {
        FrontendMessages.WriteStartup(
            writer,
            ("user", address.User),
            ("database", database),
            ("application_name", applicationName ?? ""),
            ("client_encoding", "UTF8")
        );
        await writer.FlushAsync(token).ConfigureAwait(false);
        while (true)
        {
            var header = await reader.ReadHeaderAsync(token).ConfigureAwait(false);
            if (header.IsEnd)
            {
                throw new EndOfStreamException("the server closed the connection before it was ready");
            }

            var body = await reader.ReadBodyAsync(header, token).ConfigureAwait(false);
            if (header.Type == BackendType.ReadyForQuery)
            {
                CheckIsIn();
                return;
            }

            Take(header.Type, body.Span);
            await writer.FlushAsync(token).ConfigureAwait(false);
        }
    }

    private void Take(byte type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case BackendType.Authentication:
                Authenticate(body);
                break;
            case BackendType.ErrorResponse:
                throw ServerMessages.Refusal(body);
            case BackendType.ParameterStatus when _isIn:
                ServerMessages.TakeParameter(body, parameters);
                break;
            case BackendType.BackendKeyData when _isIn:
                TakeKey(body);
                break;
            case BackendType.NoticeResponse:
                break;
            default:
                throw new ProtocolException($"the server sent a message of type {(char)type} before it was ready");
        }
    }

    private void Authenticate(ReadOnlySpan<byte> body)
    {
        var fields = new FieldReader(body);
        if (!fields.TryReadInt32(out var request))
        {
            throw new ProtocolException("the server's request for a password is cut");
        }

        var data = body[sizeof(int)..];
        switch (request)
        {
            case Ok when _scram is null || _isServerProven:
                _isIn = true;
                break;
            case Ok:
                throw new ProtocolException(
                    SqlState.InvalidAuthorization,
                    "the server let us in without proving that it knows the password"
                );
            case CleartextPassword when isPrivate:
                FrontendMessages.WritePassword(writer, Password());
                break;
            case CleartextPassword:
                throw new ProtocolException(
                    SqlState.InvalidAuthorization,
                    "the server asks for the password in the clear, which only a Unix socket and sslmode=verify-full keep secret; set password_encryption to scram-sha-256 there"
                );
            case Md5 when data.Length == Md5SaltBytes:
                FrontendMessages.WritePassword(writer, Md5Password.Answer(address.User, Password(), data));
                break;
            case Sasl when _scram is null:
                BeginScram(data);
                break;
            case SaslContinue when _scram is not null:
                FrontendMessages.WriteSaslResponse(writer, _scram.Prove(data));
                break;
            case SaslFinal when _scram is not null:
                _scram.Verify(data);
                _isServerProven = true;
                break;
            default:
                throw new ProtocolException(
                    SqlState.InvalidAuthorization,
                    $"the server asks for authentication of kind {request.ToString(CultureInfo.InvariantCulture)}; scram-sha-256, md5 and password are known"
                );
        }
    }

    private void BeginScram(ReadOnlySpan<byte> mechanisms)
    {
        var fields = new FieldReader(mechanisms);
        while (fields.TryReadString(out var mechanism) && !mechanism.IsEmpty)
        {
            if (string.Equals(Encoding.UTF8.GetString(mechanism), ScramMath.Mechanism, StringComparison.Ordinal))
            {
                _scram = new ScramClient(Password());
                FrontendMessages.WriteSaslInitialResponse(writer, ScramMath.Mechanism, _scram.First());
                return;
            }
        }

        throw new ProtocolException(
            SqlState.InvalidAuthorization,
            $"the server offers no {ScramMath.Mechanism} among its SASL mechanisms"
        );
    }

    private string Password() =>
        address.Password.Length > 0
            ? address.Password
            : throw new ProtocolException(
                SqlState.InvalidPassword,
                $"the server asks for the password of {address}; the URL of the database has none"
            );

    private void TakeKey(ReadOnlySpan<byte> body)
    {
        var fields = new FieldReader(body);
        if (!fields.TryReadInt32(out var processId) || fields.RestLength is < LeastSecretBytes or > MostSecretBytes)
        {
            throw new ProtocolException("the server's BackendKeyData has another length than it can have");
        }

        ProcessId = processId;
        Secret = body[sizeof(int)..].ToArray();
    }

    private void CheckIsIn()
    {
        if (!_isIn)
        {
            throw new ProtocolException("the server is ready and has not said that we are in");
        }
    }
}
