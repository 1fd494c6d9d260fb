using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Authentication;

/// <summary>
/// Asks a client for its password by SCRAM-SHA-256.
/// https://www.postgresql.org/docs/current/sasl-authentication.html
/// </summary>
internal static class ScramExchange
{
    /// <summary>
    /// True when the client knows the password: AuthenticationSASLFinal then waits in the writer, and what follows is up to
    /// the caller. False when it does not, or left: nothing was said of it.
    /// </summary>
    /// <exception cref="ProtocolException">The client broke the protocol or chose another mechanism.</exception>
    /// <exception cref="EndOfStreamException">The client closed the connection within a message.</exception>
    public static async ValueTask<bool> RunAsync(
        MessageReader reader,
        MessageWriter writer,
        ScramVerifier verifier,
        CancellationToken token
    )
    {
        var server = new ScramServer(verifier);

        // 1. The mechanism that is offered.
        BackendMessages.WriteAuthenticationSasl(writer, ScramMath.Mechanism);
        await writer.FlushAsync(token).ConfigureAwait(false);

        // 2. The client's first message and the challenge.
        var first = await reader.ReadHeaderAsync(token).ConfigureAwait(false);
        if (!IsAnswer(first))
        {
            return false;
        }

        var body = await reader.ReadBodyAsync(first, token).ConfigureAwait(false);
        BackendMessages.WriteAuthenticationSaslContinue(writer, Begin(server, body.Span));
        await writer.FlushAsync(token).ConfigureAwait(false);

        // 3. The proof.
        var last = await reader.ReadHeaderAsync(token).ConfigureAwait(false);
        if (!IsAnswer(last))
        {
            return false;
        }

        body = await reader.ReadBodyAsync(last, token).ConfigureAwait(false);
        if (!server.TryFinish(body.Span, out var serverFinal))
        {
            return false;
        }

        BackendMessages.WriteAuthenticationSaslFinal(writer, serverFinal);
        return true;
    }

    private static bool IsAnswer(MessageHeader header) =>
        header.IsEnd || header.Type == FrontendType.Password
            ? !header.IsEnd
            : throw new ProtocolException(
                $"a message of type {(char)header.Type} came where the answer to the request for a password was due"
            );

    private static byte[] Begin(ScramServer server, ReadOnlySpan<byte> body)
    {
        if (!SaslInitialResponse.TryRead(body, out var response))
        {
            throw new ProtocolException("the first answer to the request for a password is cut or too long");
        }

        if (!response.Mechanism.SequenceEqual("SCRAM-SHA-256"u8))
        {
            throw new ProtocolException($"only {ScramMath.Mechanism} is offered; the client chose another mechanism");
        }

        return server.Begin(response.Data);
    }
}
