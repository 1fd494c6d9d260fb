namespace Homeostat.Gateways.Postgres.Upstream;

/// <summary>How a connection to the database is protected; what libpq's <c>sslmode</c> says.</summary>
public enum UpstreamTls
{
    /// <summary>The certificate is checked, its name too.</summary>
    VerifyFull,

    /// <summary>Encrypted, with whatever certificate; checked, but for its name, where root certificates are given.</summary>
    Require,

    /// <summary>As <see cref="Require"/> where the server can, else in the clear.</summary>
    Prefer,

    /// <summary>In the clear.</summary>
    Disable,
}

/// <summary>Where the database is and who we are there; its text never holds the password.</summary>
public sealed record UpstreamAddress
{
    public const int DefaultPort = 5432;

    /// <summary>A name or an address, or the folder of a Unix socket, which starts with a slash.</summary>
    public required string Host { get; init; }

    public int Port { get; init; } = DefaultPort;

    public required string User { get; init; }

    /// <summary>Empty where the server asks for none.</summary>
    public string Password { get; init; } = "";

    /// <summary>The database of the URL; a session names its own.</summary>
    public string? Database { get; init; }

    public UpstreamTls Tls { get; init; }

    /// <summary>A file of PEM certificates that are trusted instead of the system's.</summary>
    public string? RootCertificates { get; init; }

    public bool IsUnixSocket => Host.StartsWith('/');

    /// <summary>The socket's file, or null over TCP.</summary>
    public string? SocketPath => IsUnixSocket ? $"{Host.TrimEnd('/')}/.s.PGSQL.{Port}" : null;

    /// <summary>Reads <c>postgres://user:password@host:port/database?sslmode=…&amp;sslrootcert=…</c>.</summary>
    /// <exception cref="FormatException">Says which part is wrong and what would be right, without the password.</exception>
    public static UpstreamAddress Parse(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return UpstreamUrl.Parse(url);
    }

    public override string ToString() =>
        IsUnixSocket ? $"{User} at {SocketPath}"
        : Host.Contains(':', StringComparison.Ordinal) ? $"{User} at [{Host}]:{Port}"
        : $"{User} at {Host}:{Port}";
}
