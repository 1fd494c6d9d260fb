using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Homeostat.Gateways.Postgres.Authentication;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Upstream;

/// <summary>Opens a stream to the database, encrypted as the address demands.</summary>
internal static class UpstreamSocket
{
    /// <summary>A stream that owns its socket.</summary>
    /// <exception cref="UpstreamException">The server does not offer the TLS that is demanded.</exception>
    public static async Task<Stream> OpenAsync(UpstreamAddress address, CancellationToken token)
    {
        var stream = new NetworkStream(await ConnectAsync(address, token).ConfigureAwait(false), ownsSocket: true);
        try
        {
            return address.IsUnixSocket || address.Tls == UpstreamTls.Disable
                ? stream
                : await EncryptAsync(stream, address, token).ConfigureAwait(false);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<Socket> ConnectAsync(UpstreamAddress address, CancellationToken token)
    {
        var socket = address.IsUnixSocket
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (address.SocketPath is { } path)
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token).ConfigureAwait(false);
            }
            else
            {
                KeepAlive(socket);
                await socket.ConnectAsync(address.Host, address.Port, token).ConfigureAwait(false);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
        Set(SocketOptionName.TcpKeepAliveTime, (int)Limits.KeepAliveTime.TotalSeconds);
        Set(SocketOptionName.TcpKeepAliveInterval, (int)Limits.KeepAliveInterval.TotalSeconds);
        Set(SocketOptionName.TcpKeepAliveRetryCount, Limits.KeepAliveProbes);

        void Set(SocketOptionName option, int value) => socket.SetSocketOption(SocketOptionLevel.Tcp, option, value);
    }

    /// <summary>
    /// Nothing but the one byte of the answer is read in the clear: what somebody put behind it would have to be TLS.
    /// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
    /// </summary>
    private static async Task<Stream> EncryptAsync(
        NetworkStream stream,
        UpstreamAddress address,
        CancellationToken token
    )
    {
        using var writer = new MessageWriter(stream);
        FrontendMessages.WriteSslRequest(writer);
        await writer.FlushAsync(token).ConfigureAwait(false);
        var answer = new byte[1];
        await stream.ReadExactlyAsync(answer, token).ConfigureAwait(false);
        return answer[0] switch
        {
            (byte)'S' => await HandshakeAsync(stream, address, token).ConfigureAwait(false),
            (byte)'N' when address.Tls == UpstreamTls.Prefer => stream,
            (byte)'N' => throw new UpstreamException(
                SqlState.CannotConnect,
                $"{address} does not offer TLS, which sslmode demands"
            ),
            _ => throw new UpstreamException(
                SqlState.ProtocolViolation,
                $"{address} answered the request for TLS with neither S nor N"
            ),
        };
    }

    private static async Task<Stream> HandshakeAsync(
        NetworkStream stream,
        UpstreamAddress address,
        CancellationToken token
    )
    {
        var encrypted = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            await encrypted.AuthenticateAsClientAsync(Options(address), token).ConfigureAwait(false);
            return encrypted;
        }
        catch
        {
            await encrypted.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static SslClientAuthenticationOptions Options(UpstreamAddress address) =>
        new()
        {
            TargetHost = address.Host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            AllowRenegotiation = false,
            EncryptionPolicy = EncryptionPolicy.RequireEncryption,
            ApplicationProtocols = [TlsAcceptor.Protocol],
            CertificateChainPolicy = ChainPolicy(address.RootCertificates),
            RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                certificate is not null && (errors & ~Ignored(address)) == SslPolicyErrors.None,
        };

    /// <summary>
    /// As libpq: require looks at the certificate only where there are roots to check it by, and then not at its name.
    /// </summary>
    private static SslPolicyErrors Ignored(UpstreamAddress address) =>
        (address.Tls, address.RootCertificates) switch
        {
            (UpstreamTls.VerifyFull, _) => SslPolicyErrors.None,
            (_, not null) => SslPolicyErrors.RemoteCertificateNameMismatch,
            _ => SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateChainErrors,
        };

    private static X509ChainPolicy? ChainPolicy(string? rootCertificates)
    {
        if (rootCertificates is null)
        {
            return null;
        }

        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(rootCertificates);
        return policy;
    }
}
