using System.Globalization;
using System.Net;

namespace Homeostat.Gateways.Postgres.Upstream;

/// <summary>
/// The parts of a connection URL as libpq has them.
/// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
/// </summary>
/// <remarks>Own code because <see cref="Uri"/> neither takes %2F in a host nor keeps the case of one.</remarks>
internal static class UpstreamUrl
{
    private const string Shape = "postgres://user:password@host:port/database?sslmode=verify-full";

    private static readonly string[] Schemes = ["postgres://", "postgresql://"];

    public static UpstreamAddress Parse(string url)
    {
        var rest = WithoutScheme(url);
        var (place, query) = Cut(rest, '?');
        var settings = Settings(query);
        var (authority, database) = Cut(place, '/');
        var at = authority.LastIndexOf('@');
        var (user, password) = Cut(at < 0 ? "" : authority[..at], ':');
        var (host, port) = HostAndPort(authority[(at + 1)..]);

        var isHostGiven = Take(settings, "host", Decoded(host, "host"), out var finalHost);
        var address = new UpstreamAddress
        {
            Host = isHostGiven ? finalHost : throw Wrong("host", "is missing"),
            Port = Port(Take(settings, "port", port, out var finalPort) ? finalPort : null),
            User = Take(settings, "user", Decoded(user, "user"), out var finalUser)
                ? finalUser
                : throw Wrong("user", "is missing"),
            Password = Take(settings, "password", Decoded(password, "password"), out var secret) ? secret : "",
            Database = Take(settings, "dbname", Decoded(database, "database"), out var name) ? name : null,
            RootCertificates = Take(settings, "sslrootcert", "", out var roots) ? roots : null,
        };
        address = address with { Tls = Tls(settings.GetValueOrDefault("sslmode"), address) };
        settings.Remove("sslmode");
        return settings.Count == 0 ? Checked(address) : throw Unknown(settings.Keys.First());
    }

    private static string WithoutScheme(string url)
    {
        var scheme = Array.Find(Schemes, one => url.StartsWith(one, StringComparison.Ordinal));
        return scheme is not null
            ? url[scheme.Length..]
            : throw new FormatException($"the URL of a database starts with postgres://; expected {Shape}");
    }

    private static (string Before, string After) Cut(string text, char at)
    {
        var index = text.IndexOf(at, StringComparison.Ordinal);
        return index < 0 ? (text, "") : (text[..index], text[(index + 1)..]);
    }

    private static (string Host, string Port) HostAndPort(string text)
    {
        if (text.Contains(',', StringComparison.Ordinal))
        {
            throw Wrong("host", "is a list; one host is expected");
        }

        if (!text.StartsWith('['))
        {
            return Cut(text, ':');
        }

        var end = text.IndexOf(']', StringComparison.Ordinal);
        var after = end < 0 ? "" : text[(end + 1)..];
        return end > 0 && IPAddress.TryParse(text[1..end], out _) && (after.Length == 0 || after[0] == ':')
            ? (text[1..end], after.TrimStart(':'))
            : throw Wrong("host", "is not an IPv6 address in brackets");
    }

    private static Dictionary<string, string> Settings(string query)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Cut(part, '=');
            if (!settings.TryAdd(name, Decoded(value, name)))
            {
                throw Wrong(name, "is given twice");
            }
        }

        return settings;
    }

    /// <summary>A part's value: that of the query, else that of its place in the URL; false where both are empty.</summary>
    private static bool Take(Dictionary<string, string> settings, string name, string inPlace, out string value)
    {
        if (!settings.Remove(name, out var given))
        {
            value = inPlace;
            return inPlace.Length > 0;
        }

        value = inPlace.Length == 0 ? given : throw Wrong(name, "is given twice");
        return given.Length > 0;
    }

    private static string Decoded(string text, string part)
    {
        for (var at = text.IndexOf('%', StringComparison.Ordinal); at >= 0; at = text.IndexOf('%', at + 1))
        {
            if (at + 2 >= text.Length || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2]))
            {
                throw Wrong(part, "has a % that two hexadecimal digits do not follow; write a % as %25");
            }
        }

        var decoded = Uri.UnescapeDataString(text);
        return decoded.Contains('\0', StringComparison.Ordinal) ? throw Wrong(part, "holds a zero byte") : decoded;
    }

    private static int Port(string? text)
    {
        if (text is null)
        {
            return UpstreamAddress.DefaultPort;
        }

        return
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? port
            : throw Wrong("port", "is not a number from 1 to 65535");
    }

    /// <summary>Where nothing is said, only what stays on this machine may go unprotected.</summary>
    private static UpstreamTls Tls(string? mode, UpstreamAddress address) =>
        mode switch
        {
            null when address.IsUnixSocket => UpstreamTls.Disable,
            null when IsLoopback(address.Host) => UpstreamTls.Prefer,
            null or "verify-full" => UpstreamTls.VerifyFull,
            "require" => UpstreamTls.Require,
            "prefer" => UpstreamTls.Prefer,
            "disable" => UpstreamTls.Disable,
            _ => throw Wrong("sslmode", "is none of disable, prefer, require, verify-full"),
        };

    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));

    private static UpstreamAddress Checked(UpstreamAddress address) =>
        address switch
        {
            { IsUnixSocket: true, Tls: UpstreamTls.Require or UpstreamTls.VerifyFull } => throw Wrong(
                "sslmode",
                "asks for TLS, which a Unix socket does not have; leave it out"
            ),
            { RootCertificates: not null, Tls: UpstreamTls.Disable or UpstreamTls.Prefer } => throw Wrong(
                "sslrootcert",
                "is given, but sslmode does not check certificates; say sslmode=verify-full"
            ),
            _ => address,
        };

    private static FormatException Wrong(string part, string what) =>
        new($"the URL of the database: {part} {what}; expected {Shape}");

    private static FormatException Unknown(string name) =>
        new(
            $"the URL of the database: \"{name}\" is not understood; known are host, port, user, password, dbname, sslmode, sslrootcert"
        );
}
