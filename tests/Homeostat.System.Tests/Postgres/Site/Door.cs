using Npgsql;

namespace Homeostat.SystemTests.Postgres.Site;

/// <summary>Where a client connects, and as whom.</summary>
internal sealed record Door(string Host, int Port, string User, string Password, string Database)
{
    /// <summary>What PostgreSQL's own clients read.</summary>
    public Dictionary<string, string> Variables =>
        new(StringComparer.Ordinal)
        {
            ["PGHOST"] = Host,
            ["PGPORT"] = $"{Port}",
            ["PGUSER"] = User,
            ["PGPASSWORD"] = Password,
            ["PGDATABASE"] = Database,
            ["PGSSLMODE"] = "disable",
            ["PGGSSENCMODE"] = "disable",
            ["PGCONNECT_TIMEOUT"] = "20",
            ["LC_ALL"] = "C.UTF-8",
            ["TZ"] = "UTC",
        };

    public NpgsqlConnectionStringBuilder Npgsql =>
        new()
        {
            Host = Host,
            Port = Port,
            Username = User,
            Password = Password,
            Database = Database,
            Pooling = false,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
            Timeout = 20,
            CommandTimeout = 60,
            IncludeErrorDetail = true,
        };

    public async Task<NpgsqlConnection> OpenAsync(Action<NpgsqlConnectionStringBuilder>? change = null)
    {
        var builder = Npgsql;
        change?.Invoke(builder);
        var connection = new NpgsqlConnection(builder.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    public async Task<string?> AskAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))?.ToString();
    }
}
