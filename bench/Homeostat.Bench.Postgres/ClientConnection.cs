using Npgsql;

namespace Homeostat.Bench.Postgres;

/// <summary>Npgsql through an entrance, over TLS.</summary>
internal static class ClientConnection
{
    public static async Task<NpgsqlConnection> OpenAsync(Entrance entrance)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder
            {
                Host = Entrance.Host,
                Port = entrance.Port,
                Username = entrance.User,
                Password = entrance.Password,
                Database = Entrance.Database,
                SslMode = SslMode.Require,
                Pooling = false,
            }.ConnectionString
        );
        await connection.OpenAsync();
        return connection;
    }
}
