using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Homeostat.Estates.Postgres;
using Homeostat.Gateways;
using Homeostat.Gateways.Postgres;
using Homeostat.Gateways.Postgres.Authentication;
using Homeostat.Gateways.Postgres.Upstream;
using Npgsql;
using GatewayOptions = Homeostat.Gateways.Postgres.PostgresOptions;
using SourceOptions = Homeostat.Estates.Postgres.PostgresOptions;

namespace Homeostat.Server.Hosting;

/// <summary>A PostgreSQL server that agents reach through the service: who we are there, and what is looked at there.</summary>
internal sealed class GovernedPostgres
{
    /// <summary>Where looks at the cluster begin if the address names no database.</summary>
    private const string AnyDatabase = "postgres";

    private const int NameChars = 63;

    /// <summary>Who says in the log how a statement ended.</summary>
    private const string Gateway = "gateway";

    private GovernedPostgres(UpstreamAddress writer, UpstreamAddress reader, PostgresSource source) =>
        (Writer, Reader, Source) = (writer, reader, source);

    /// <summary>For leases that may change something.</summary>
    public UpstreamAddress Writer { get; }

    /// <summary>For leases that only read.</summary>
    public UpstreamAddress Reader { get; }

    public PostgresSource Source { get; }

    /// <summary>Null where the options name no server.</summary>
    /// <exception cref="StartException">An address is wrong; the message says which part.</exception>
    public static GovernedPostgres? Of(ServerOptions options, TimeProvider clock)
    {
        if (options.Postgres is not { } url)
        {
            return null;
        }

        if (
            options.PostgresName.Length is 0 or > NameChars
            || !options.PostgresName.All(letter =>
                char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-'
            )
        )
        {
            throw new StartException(
                $"--postgres-name {options.PostgresName}: expected 1 to {NameChars} small letters, digits and hyphens"
            );
        }

        var writer = Parse("--postgres", url);
        var reader = options.PostgresReader is { } other ? Parse("--postgres-reader", other) : writer;
        if ((reader.Host, reader.Port) != (writer.Host, writer.Port))
        {
            throw new StartException("--postgres-reader: expected the same server as --postgres, with another role");
        }

        var source = new PostgresSource(new SourceOptions(options.PostgresName, ConnectionString(writer)), clock);
        return new GovernedPostgres(writer, reader, source);
    }

    /// <summary>Listens for agents, from now on.</summary>
    /// <exception cref="StartException">It cannot listen there.</exception>
    public async Task<PostgresGateway> StartAsync(ControlPlane plane, ILoggerFactory loggers)
    {
        var options = plane.Options;
        try
        {
            var gateway = new PostgresGateway(
                new GatewayOptions
                {
                    Cluster = options.PostgresName,
                    Writer = Writer,
                    Reader = Reader,
                    Listen = options.PostgresListen,
                    Certificate = options is { Certificate: { } certificate, CertificateKey: { } key }
                        ? X509Certificate2.CreateFromPemFile(certificate, key)
                        : ServerCertificate.LoadOrCreate(plane.Folder.TlsFolder, plane.Parts.Clock),
                },
                new GatewayParts
                {
                    Decider = plane.Parts.Decider,
                    Leases = plane.Parts.Book,
                    Estate = () => plane.Parts.Estate.Current,
                    Clock = plane.Parts.Clock,
                    SettleAsync = finished =>
                        plane.Settlements.SettleManyAsync(
                            [.. finished.Select(over => (over.Permit, over.Claim))],
                            Gateway,
                            CancellationToken.None
                        ),
                    Loggers = loggers,
                }
            );
            await gateway.StartAsync(plane.Stopping);
            await File.WriteAllTextAsync(plane.Folder.PostgresAddressFile, $"{gateway.EndPoint}\n");
            plane.Gateway = gateway;
            return gateway;
        }
        catch (Exception error) when (error is SocketException or ArgumentException or IOException)
        {
            throw new StartException($"--postgres-listen {options.PostgresListen}: {error.Message}");
        }
    }

    private static UpstreamAddress Parse(string option, string url)
    {
        try
        {
            return UpstreamAddress.Parse(url);
        }
        catch (FormatException error)
        {
            throw new StartException($"{option}: {error.Message}");
        }
    }

    private static string ConnectionString(UpstreamAddress address) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = address.Host,
            Port = address.Port,
            Username = address.User,
            Password = address.Password.Length == 0 ? null : address.Password,
            Database = address.Database ?? AnyDatabase,
            ApplicationName = "homeostat",
            RootCertificate = address.RootCertificates,
            SslMode = address.Tls switch
            {
                UpstreamTls.Disable => SslMode.Disable,
                UpstreamTls.Prefer => SslMode.Prefer,
                UpstreamTls.Require => SslMode.Require,
                _ => SslMode.VerifyFull,
            },
        }.ConnectionString;
}
