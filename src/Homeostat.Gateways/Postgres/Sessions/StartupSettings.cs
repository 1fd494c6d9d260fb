using System.Text;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>What a client asks for in its first message, and what of it can be had.</summary>
internal sealed record StartupSettings(string User, string Database)
{
    private const string Utf8Spellings = "UTF8 UTF-8 UNICODE";

    /// <summary>Settings that are passed on; whatever they are, statements are read the same.</summary>
    private static readonly string[] Passed =
    [
        "DateStyle",
        "TimeZone",
        "IntervalStyle",
        "extra_float_digits",
        "search_path",
        "statement_timeout",
        "lock_timeout",
        "idle_in_transaction_session_timeout",
        "default_transaction_isolation",
        "default_transaction_read_only",
        "default_transaction_deferrable",
        "client_min_messages",
        "bytea_output",
        "geqo",
    ];

    public string? ApplicationName { get; private init; }

    /// <summary>Set in the session before the client is let in.</summary>
    public IReadOnlyList<(string Name, string Value)> Settings { get; private init; } = [];

    /// <summary>Options of the protocol that are not known: the client is told so and goes on without.</summary>
    public IReadOnlyList<string> UnknownOptions { get; private init; } = [];

    public bool AsksForNewer { get; private init; }

    /// <exception cref="ProtocolException">Something is asked for that is not given.</exception>
    public static StartupSettings Of(StartupMessage message)
    {
        if (message.Major != 3)
        {
            throw new ProtocolException(
                SqlState.FeatureNotSupported,
                $"protocol {message.Major}.{message.Minor} is not spoken; use 3.0"
            );
        }

        var user = message["user"] is { Length: > 0 } given
            ? given
            : throw new ProtocolException(SqlState.InvalidAuthorization, "no user is named; it is the id of a lease");
        var database = message["database"] is { Length: > 0 } named ? named : user;

        // Of a longer one the server would take the beginning: another database than the one that is judged.
        if (Encoding.UTF8.GetByteCount(database) > Limits.MaxDatabaseName)
        {
            throw new ProtocolException(SqlState.InvalidParameter, "the name of the database is too long");
        }

        var settings = new List<(string, string)>();
        foreach (var (name, value) in message.Parameters)
        {
            if (!name.StartsWith("_pq_.", StringComparison.Ordinal) && SettingOf(name, value) is { } setting)
            {
                settings.Add((setting, value));
            }
        }

        return new StartupSettings(user, database)
        {
            ApplicationName = message["application_name"],
            Settings = settings,
            UnknownOptions =
            [
                .. message
                    .Parameters.Select(pair => pair.Key)
                    .Where(name => name.StartsWith("_pq_.", StringComparison.Ordinal)),
            ],
            AsksForNewer = message.Minor > 0,
        };
    }

    /// <summary>As literal SETs.</summary>
    public string? ToSql() =>
        Settings.Count == 0
            ? null
            : string.Join(
                "; ",
                Settings.Select(setting =>
                    $"select pg_catalog.set_config('{setting.Name}', '{setting.Value.Replace("'", "''", StringComparison.Ordinal)}', false)"
                )
            );

    /// <summary>The setting's name where it is to be set; null where nothing has to be done.</summary>
    private static string? SettingOf(string name, string value) =>
        name switch
        {
            "user" or "database" or "application_name" => null,
            "replication" when value is "false" or "off" or "no" or "0" => null,
            "replication" => throw new ProtocolException(
                SqlState.FeatureNotSupported,
                "replication is not given through a gateway"
            ),
            "options" when value.Length == 0 => null,
            "options" => throw new ProtocolException(
                SqlState.FeatureNotSupported,
                "the startup parameter options is refused; set what you need by SET in the session"
            ),
            "client_encoding"
                when Utf8Spellings.Split(' ').Contains(value.Trim('\''), StringComparer.OrdinalIgnoreCase) => null,
            "client_encoding" => throw new ProtocolException(
                SqlState.FeatureNotSupported,
                $"client_encoding {value} is refused; use UTF8"
            ),
            _ => Passed.FirstOrDefault(known => string.Equals(known, name, StringComparison.OrdinalIgnoreCase))
                ?? throw new ProtocolException(
                    SqlState.InvalidParameter,
                    $"the startup parameter {name} is refused; set it by SET in the session"
                ),
        };
}
