using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Homeostat.Gateways.Postgres.Authentication;

/// <summary>The server's side of TLS 1.2 or later, with one certificate, never renegotiated.</summary>
internal sealed class TlsAcceptor(X509Certificate2 certificate)
{
    /// <summary>
    /// What a client that asks for a protocol has to ask for.
    /// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
    /// </summary>
    public static SslApplicationProtocol Protocol { get; } = new("postgresql");

    private readonly SslServerAuthenticationOptions _options = new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(
            certificate,
            additionalCertificates: null,
            offline: true
        ),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false,
        ClientCertificateRequired = false,
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
        ApplicationProtocols = [Protocol],
    };

    /// <summary>The encrypted stream over this one, which it owns.</summary>
    /// <exception cref="AuthenticationException">The client does not agree to any of what is offered.</exception>
    /// <exception cref="IOException">The client closed the connection.</exception>
    public async Task<SslStream> AcceptAsync(Stream stream, CancellationToken token)
    {
        var encrypted = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            await encrypted.AuthenticateAsServerAsync(_options, token).ConfigureAwait(false);
            return encrypted;
        }
        catch
        {
            await encrypted.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
