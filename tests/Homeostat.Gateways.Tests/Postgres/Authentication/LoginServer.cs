using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Homeostat.Gateways.Postgres.Authentication;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Tests.Postgres.Authentication;

/// <summary>Authenticates each client that comes, tells it in an error how that went, and closes.</summary>
internal sealed class LoginServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ScramVerifier _verifier;
    private readonly TlsAcceptor _tls;
    private readonly Task _accepting;

    public LoginServer(ScramVerifier verifier, X509Certificate2 certificate)
    {
        (_verifier, _tls) = (verifier, new TlsAcceptor(certificate));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await ServeAsync(client.GetStream());
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(NetworkStream plain)
    {
        Stream stream = plain;
        try
        {
            using (var first = new MessageReader(plain, MessageSource.Client))
            {
                while (await ReadCodeAsync(first) is not StartupCode.Version3 and not 0 and var code)
                {
                    var isTls = code == StartupCode.SslRequest;
                    await stream.WriteAsync(isTls ? "S"u8.ToArray() : "N"u8.ToArray(), _stop.Token);
                    if (isTls)
                    {
                        Assert.Equal(0, first.BufferedBytes);
                        stream = await _tls.AcceptAsync(plain, _stop.Token);
                        using var second = new MessageReader(stream, MessageSource.Client);
                        if (await ReadCodeAsync(second) != StartupCode.Version3)
                        {
                            return;
                        }

                        break;
                    }
                }
            }

            await AuthenticateAsync(stream);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            // The client left, as one that checks the certificate does.
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    private async Task<int> ReadCodeAsync(MessageReader reader) =>
        StartupCode.Read((await reader.ReadStartupAsync(_stop.Token)).Span);

    private async Task AuthenticateAsync(Stream stream)
    {
        using var reader = new MessageReader(stream, MessageSource.Client);
        using var writer = new MessageWriter(stream);
        var isIn = await ScramExchange.RunAsync(reader, writer, _verifier, _stop.Token);
        if (isIn)
        {
            BackendMessages.WriteAuthenticationOk(writer);
        }

        BackendMessages.WriteError(
            writer,
            isIn
                ? new ErrorFields(ErrorFields.Fatal, "57P03", "you are in, and nothing is here")
                : new ErrorFields(ErrorFields.Fatal, SqlState.InvalidPassword, "you are not in")
        );
        await writer.FlushAsync(_stop.Token);
    }
}
