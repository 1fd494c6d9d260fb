using Npgsql;

namespace Homeostat.Estates.Postgres;

/// <summary>One row each of the questions, column by column in the order in which they are asked.</summary>
internal static class RowReading
{
    public static RelationRow Relation(NpgsqlDataReader row) =>
        new(
            Name(row, 0),
            row.GetString(2),
            row.GetString(3),
            row.GetDouble(4),
            row.GetInt64(5),
            Number(row, 6),
            Number(row, 7),
            Text(row, 8)
        );

    public static MarkedRow Marked(NpgsqlDataReader row) => new(Relation(row), Text(row, 9));

    public static DependencyRow Dependency(NpgsqlDataReader row) =>
        new(
            row.GetString(0),
            Name(row, 1),
            row.GetString(3),
            row.GetString(4),
            Text(row, 5),
            row.GetString(6),
            row.GetString(7)
        );

    public static InheritanceRow Inheritance(NpgsqlDataReader row) => new(Name(row, 0), Name(row, 2));

    public static GrantRow Grant(NpgsqlDataReader row) => new(Name(row, 0), row.GetString(2), row.GetInt32(3));

    public static SubscribedRow Subscribed(NpgsqlDataReader row) =>
        new(Name(row, 0), row.GetString(2), row.GetString(3), Number(row, 4));

    public static ObjectRow Object(NpgsqlDataReader row) =>
        new(row.GetString(0), row.GetFieldValue<string[]>(1), Text(row, 2), Text(row, 3));

    public static ServerRow Server(NpgsqlDataReader row) =>
        new(
            row.GetInt64(0),
            row.GetString(1),
            row.GetInt32(2),
            row.GetBoolean(3),
            row.GetString(4),
            row.GetBoolean(5),
            row.GetInt64(6),
            row.GetInt32(7)
        );

    public static DatabaseRow Database(NpgsqlDataReader row) =>
        new(
            row.GetString(0),
            row.GetString(1),
            row.GetBoolean(2),
            row.GetBoolean(3),
            row.GetBoolean(4),
            Number(row, 5),
            row.GetInt64(6)
        );

    public static (string Database, string Role, int Privilege) DatabaseGrant(NpgsqlDataReader row) =>
        (row.GetString(0), row.GetString(1), row.GetInt32(2));

    public static RoleRow Role(NpgsqlDataReader row) =>
        new(row.GetString(0), row.GetBoolean(1), row.GetBoolean(2), row.GetBoolean(3), row.GetBoolean(4));

    public static (string, string) Pair(NpgsqlDataReader row) => (row.GetString(0), row.GetString(1));

    /// <summary>Who may not see the state of another's replication is given nothing but the row.</summary>
    public static StandbyRow Standby(NpgsqlDataReader row) =>
        new(
            row.GetString(0),
            row.GetString(1),
            Text(row, 2) ?? "unknown",
            Text(row, 3) ?? "unknown",
            row.GetInt64(4),
            Number(row, 5)
        );

    public static SlotRow Slot(NpgsqlDataReader row) =>
        new(row.GetString(0), row.GetString(1), Text(row, 2), row.GetBoolean(3), Number(row, 4));

    public static ArchiverRow Archiver(NpgsqlDataReader row) =>
        new(row.GetInt64(0), Number(row, 1), row.GetInt64(2), Number(row, 3));

    private static RelationName Name(NpgsqlDataReader row, int at) => new(row.GetString(at), row.GetString(at + 1));

    private static string? Text(NpgsqlDataReader row, int at) => row.IsDBNull(at) ? null : row.GetString(at);

    private static long? Number(NpgsqlDataReader row, int at) => row.IsDBNull(at) ? null : row.GetInt64(at);
}
