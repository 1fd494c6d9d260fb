using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Homeostat.Gateways.Postgres.Authentication;
using Npgsql;

namespace Homeostat.Gateways.Tests.Postgres.Authentication;

/// <summary>Clients that others wrote, against our side of SCRAM and TLS.</summary>
public sealed class LoginTests : IAsyncLifetime
{
    private const string Password = "hsl_lease-1.Zm9vYmFyYmF6";
    private const string In = "you are in";
    private const string Out = "you are not in";

    private readonly string _folder = Directory.CreateTempSubdirectory("homeostat-login").FullName;
    private X509Certificate2 _certificate = null!;
    private LoginServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _certificate = ServerCertificate.LoadOrCreate(_folder, TimeProvider.System);
        _server = new LoginServer(ScramVerifier.Create(Password), _certificate);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(SslMode.Disable, Password, In)]
    [InlineData(SslMode.Disable, "wrong", Out)]
    [InlineData(SslMode.Require, Password, In)]
    [InlineData(SslMode.Require, "wrong", Out)]
    public async Task Npgsql_is_let_in_by_the_right_password_only(SslMode mode, string password, string told)
    {
        var text = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = _server.Port,
            Username = "lease-1",
            Password = password,
            Database = "shop",
            SslMode = mode,
            Pooling = false,
        };
        await using var connection = new NpgsqlConnection(text.ConnectionString);

        var error = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(Token));

        Assert.StartsWith(told, error.MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("disable", Password, In)]
    [InlineData("disable", "wrong", Out)]
    [InlineData("require", Password, In)]
    [InlineData("require", "wrong", Out)]
    [InlineData("verify-full", Password, In)]
    public async Task Psql_is_let_in_by_the_right_password_only(string mode, string password, string told)
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/psql"), "psql is not installed");

        Assert.Contains(told, await PsqlAsync(mode, password, Path.Combine(_folder, ServerCertificate.FileName)));
    }

    [Fact]
    public async Task A_client_that_names_a_protocol_has_to_name_this_one()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => HandshakeAsync(new SslApplicationProtocol("http/1.1")));

        Assert.Equal("postgresql", await HandshakeAsync(new SslApplicationProtocol("postgresql")));
        Assert.Equal("", await HandshakeAsync(null));
    }

    private async Task<string> HandshakeAsync(SslApplicationProtocol? protocol)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", _server.Port, Token);
        await client.GetStream().WriteAsync(new byte[] { 0, 0, 0, 8, 4, 210, 22, 47 }, Token);
        Assert.Equal('S', client.GetStream().ReadByte());
        await using var stream = new SslStream(client.GetStream());
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = protocol is { } one ? [one] : null,
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate?.GetCertHashString() == _certificate.Thumbprint,
        };
        await stream.AuthenticateAsClientAsync(options, Token);
        return stream.NegotiatedApplicationProtocol.ToString();
    }

    private async Task<string> PsqlAsync(string mode, string password, string roots)
    {
        var start = new ProcessStartInfo("/usr/bin/psql") { RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add("-w");
        start.ArgumentList.Add(
            $"host=localhost hostaddr=127.0.0.1 port={_server.Port} user=lease-1 dbname=shop sslmode={mode} sslrootcert={roots}"
        );
        start.Environment["PGPASSWORD"] = password;
        using var process = Process.Start(start)!;
        var text = await process.StandardError.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return text;
    }
}
