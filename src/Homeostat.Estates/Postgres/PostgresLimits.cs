namespace Homeostat.Estates.Postgres;

/// <summary>Every size, count and time of the PostgreSQL source; what exceeds a count is refused, never truncated.</summary>
public static class PostgresLimits
{
    /// <summary>Databases of one cluster.</summary>
    public const int MaxDatabases = 1000;

    /// <summary>Rows that one question about one database may answer with.</summary>
    public const int MaxRows = 2_000_000;

    /// <summary>Grants on one object that are kept, the highest first; more are counted in a fact.</summary>
    public const int MaxGrants = 64;

    /// <summary>Positions in the log that are remembered to tell how old a standby's content is; older ones are thinned.</summary>
    public const int MaxPositions = 4096;

    /// <summary>Standbys that are remembered after they were seen no more.</summary>
    public const int MaxStandbys = 1000;

    /// <summary>Ids whose answer between two polls is remembered; beyond it the next poll says everything again.</summary>
    public const int MaxAnswered = 100_000;

    /// <summary>Relations of which a look remembers what it read; beyond it all of them are read again.</summary>
    public const int MaxRemembered = 20_000;

    /// <summary>Characters of a mark; what has more is read whole at each look.</summary>
    public const int MaxMark = 16_384;

    /// <summary>Problems that are kept one by one.</summary>
    public const int MaxProblems = 100;

    /// <summary>Connections to one database: a poll and the looks that run beside it.</summary>
    public const int MaxConnections = 4;

    /// <summary>Within which the server must answer one question.</summary>
    public static readonly TimeSpan Answer = TimeSpan.FromSeconds(60);

    /// <summary>Within which a connection must stand.</summary>
    public static readonly TimeSpan Connect = TimeSpan.FromSeconds(10);

    /// <summary>How far a server's clock may be off ours before it is said; its times are corrected by the difference.</summary>
    public static readonly TimeSpan ClockDifference = TimeSpan.FromSeconds(5);

    /// <summary>After which an unchanged record is said again, with the time of the newest look at it.</summary>
    public static readonly TimeSpan Refresh = TimeSpan.FromMinutes(5);

    /// <summary>The same of what runs or does not, whose evidence grows old sooner.</summary>
    public static readonly TimeSpan StateRefresh = TimeSpan.FromMinutes(1);

    /// <summary>How long a standby that follows no more is listed with what it had.</summary>
    public static readonly TimeSpan StandbyMemory = TimeSpan.FromHours(24);

    /// <summary>How long ago a segment may have been archived for the archiver to count as running.</summary>
    public static readonly TimeSpan ArchiveRecent = TimeSpan.FromHours(1);
}
