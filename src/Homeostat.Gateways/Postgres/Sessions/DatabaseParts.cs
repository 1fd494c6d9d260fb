using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Postgres.Translating;
using Homeostat.Gateways.Postgres.Upstream;
using Npgsql;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>
/// What the sessions of one database share that are the same role there: which schemas can be used, and so what a name
/// means, is another matter for each role.
/// </summary>
internal sealed class DatabaseParts : IAsyncDisposable
{
    public DatabaseParts(
        string cluster,
        string name,
        UpstreamAddress address,
        ParserPool parser,
        IEnumerable<CodeDeclaration> declared,
        TimeProvider clock
    )
    {
        Name = name;
        Address = address;
        Parser = parser;
        Names = new PostgresNames(cluster, name);
        Translator = new Translator(Names, parser, declared);
        ConnectionString = ConnectionStringOf(address, name);
        Catalogue = new CatalogueHolder(ConnectionString, clock);
    }

    public string Name { get; }

    public UpstreamAddress Address { get; }

    /// <summary>For connections of our own.</summary>
    public string ConnectionString { get; }

    public ParserPool Parser { get; }

    public PostgresNames Names { get; }

    public Translator Translator { get; }

    public CatalogueHolder Catalogue { get; }

    public PlanBooks Books { get; } = new();

    public ValueTask DisposeAsync() => Catalogue.DisposeAsync();

    private static string ConnectionStringOf(UpstreamAddress address, string database)
    {
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = address.Host,
            Port = address.Port,
            Username = address.User,
            Database = database,
            Pooling = false,
            ApplicationName = "homeostat catalogue",
            CommandTimeout = (int)Limits.MaxCatalogueTime.TotalSeconds,
            SslMode = address.Tls switch
            {
                UpstreamTls.Disable => SslMode.Disable,
                UpstreamTls.Prefer => SslMode.Prefer,
                UpstreamTls.Require when address.RootCertificates is not null => SslMode.VerifyCA,
                UpstreamTls.Require => SslMode.Require,
                _ => SslMode.VerifyFull,
            },
        };
        if (address.IsUnixSocket)
        {
            builder.SslMode = SslMode.Disable;
        }

        if (address.Password.Length > 0)
        {
            builder.Password = address.Password;
        }

        if (address.RootCertificates is { } roots)
        {
            builder.RootCertificate = roots;
        }

        return builder.ConnectionString;
    }
}
