namespace Homeostat.Gateways;

/// <summary>Every size, depth, time and count that the gateways accept; what exceeds one is refused, never truncated.</summary>
public static class Limits
{
    /// <summary>Longest text of a query message that is parsed, in bytes of UTF-8.</summary>
    public const int MaxStatementBytes = 1 << 20;

    /// <summary>
    /// Stack of a thread that parses. 1 MiB of <c>1+1+…</c> is written out by half a million nested calls; that fits into
    /// 64 MiB and does not fit into 32.
    /// </summary>
    public const int ParserStackBytes = 256 << 20;

    /// <summary>
    /// Longest text that is parsed on the calling thread: measured, a text takes less than 64 bytes of stack for each of its
    /// own, so that this one needs 256 KiB of the 1.5 MiB that a thread has at least.
    /// </summary>
    public const int MaxInlineParseBytes = 4 << 10;

    /// <summary>Largest tree that the parser may give for one text, in bytes of JSON.</summary>
    public const int MaxTreeBytes = 128 << 20;

    /// <summary>Most nodes of one text's tree.</summary>
    public const int MaxTreeNodes = 1_000_000;

    /// <summary>How long one text may take to parse, waiting for a thread included.</summary>
    public static TimeSpan MaxParseTime { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Texts that wait for a parsing thread; one more is refused.</summary>
    public const int MaxParseQueue = 1024;

    /// <summary>Most threads that parse, those that hang included.</summary>
    public const int MaxParserThreads = 16;

    /// <summary>Most steps of one statement's translation, through views, triggers, rules and functions.</summary>
    public const int MaxTranslationSteps = 2_000_000;

    /// <summary>Names of one statement that are replaced because IF EXISTS does not find them; with more it is an error.</summary>
    public const int MaxAbsentNames = 1000;

    /// <summary>Most classifications that are kept, each under its exact text.</summary>
    public const int MaxCachedTexts = 8192;

    /// <summary>Longest text whose classification is kept, in bytes of UTF-8.</summary>
    public const int MaxCachedTextBytes = 16 << 10;

    /// <summary>Longest text that is known again with other numbers, in bytes of UTF-8.</summary>
    public const int MaxShapedTextBytes = 1024;

    /// <summary>Most numbers of a text that is known again with others.</summary>
    public const int MaxShapedNumbers = 16;

    /// <summary>Most search paths and roles for which classifications are kept, in one catalogue.</summary>
    public const int MaxPlanBooks = 256;

    /// <summary>How long one reading of the system catalogue may take.</summary>
    public static TimeSpan MaxCatalogueTime { get; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the shared catalogue is read while nothing else asks for it.</summary>
    public static TimeSpan CatalogueEvery { get; } = TimeSpan.FromSeconds(15);

    /// <summary>Age of a catalogue by which nothing is judged any more.</summary>
    public static TimeSpan MaxCatalogueAge { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Age under which a catalogue is not read again because of a name that it lacks.</summary>
    public static TimeSpan CatalogueRest { get; } = TimeSpan.FromSeconds(1);

    /// <summary>How often one reading of the system catalogue is begun when objects are dropped under it.</summary>
    public const int MaxCatalogueTries = 3;

    /// <summary>What an idle reader or writer of a connection holds.</summary>
    public const int WireBufferBytes = 8 << 10;

    /// <summary>What a reader or writer of a connection takes at once of a long message or of many.</summary>
    public const int BusyWireBufferBytes = 64 << 10;

    /// <summary>Longest startup packet, as PostgreSQL has it.</summary>
    public const int MaxStartupBytes = 10_000;

    /// <summary>Longest body of a message that carries values and is passed on in pieces: 1 GiB - 1, as PostgreSQL has it.</summary>
    public const int MaxMessageBytes = (1 << 30) - 1;

    /// <summary>Longest body of a Query or Parse message: the text, a name, and the types of 65535 parameters.</summary>
    public const int MaxStatementMessageBytes = MaxStatementBytes + (384 << 10);

    /// <summary>Longest body of any other message of a client.</summary>
    public const int MaxSmallMessageBytes = 64 << 10;

    /// <summary>Longest body that is ever held whole: a row of our own queries, an error of the server.</summary>
    public const int MaxHeldMessageBytes = 16 << 20;

    /// <summary>Iterations of every SCRAM verifier that we make, and the fewest that are accepted (RFC 7677, section 4).</summary>
    public const int ScramIterations = 4096;

    /// <summary>Most iterations that a server may demand: about half a second of one core.</summary>
    public const int MaxScramIterations = 1_000_000;

    /// <summary>Longest message of a SCRAM exchange, in either direction.</summary>
    public const int MaxScramMessageBytes = 2048;

    /// <summary>How long a connection to the database may take until it is ready, authentication included.</summary>
    public static TimeSpan MaxConnectTime { get; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a request to cancel may take, its connection included.</summary>
    public static TimeSpan MaxCancelTime { get; } = TimeSpan.FromSeconds(5);

    /// <summary>How long saying goodbye to the database may take.</summary>
    public static TimeSpan MaxGoodbyeTime { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Silence after which a connection to the database is probed.</summary>
    public static TimeSpan KeepAliveTime { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Time between two probes of a silent connection.</summary>
    public static TimeSpan KeepAliveInterval { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Probes without an answer after which a connection is taken for dead.</summary>
    public const int KeepAliveProbes = 6;

    /// <summary>Oldest major version of PostgreSQL that is spoken to.</summary>
    public const int OldestServer = 13;

    /// <summary>Newest major version of PostgreSQL that is spoken to.</summary>
    public const int NewestServer = 18;

    /// <summary>How long a certificate that we make is good for.</summary>
    public static TimeSpan CertificateLife { get; } = TimeSpan.FromDays(730);

    /// <summary>Life that a certificate must have left to be used again.</summary>
    public static TimeSpan LeastCertificateLife { get; } = TimeSpan.FromDays(30);

    /// <summary>Most statements that one session keeps prepared.</summary>
    public const int MaxPreparedStatements = 10_000;

    /// <summary>Portals of one session that are remembered before those of past transactions are looked for and forgotten.</summary>
    public const int PortalsKept = 64;

    /// <summary>Longest claim of a settlement, in characters.</summary>
    public const int MaxClaimLength = 128;

    /// <summary>Findings that a refused client is told; the others stand in the log.</summary>
    public const int MaxToldFindings = 20;

    /// <summary>How long finished permits wait for others to be settled with.</summary>
    public static TimeSpan SettleWait { get; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Finished permits that wait to be settled; one more is left to its deadline.</summary>
    public const int MaxFinishedWaiting = 1 << 16;

    /// <summary>Most permits that are settled together.</summary>
    public const int MaxSettledTogether = 512;

    /// <summary>How often the settling of permits is tried; after that their deadline settles them.</summary>
    public const int MaxSettleTries = 5;

    /// <summary>How long after one try of settling the next is made.</summary>
    public static TimeSpan SettleRetry { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Most connections of clients at one time.</summary>
    public const int MaxConnections = 2000;

    /// <summary>Most of them that have not yet shown a lease.</summary>
    public const int MaxUnknownConnections = 256;

    /// <summary>How long a client may take until it has shown its lease.</summary>
    public static TimeSpan MaxStartupTime { get; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the leases of sessions are looked at.</summary>
    public static TimeSpan LeaseCheckEvery { get; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an open transaction may go on after its lease has expired.</summary>
    public static TimeSpan MaxAfterExpiry { get; } = TimeSpan.FromSeconds(60);

    /// <summary>How long sessions may take to end when the gateway does.</summary>
    public static TimeSpan MaxDrainTime { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Most databases that sessions are open to, each counted once for each role.</summary>
    public const int MaxDatabases = 64;

    /// <summary>Longest name of a database in bytes, as PostgreSQL has it.</summary>
    public const int MaxDatabaseName = 63;

    /// <summary>Statements of one text that are explained at once.</summary>
    public const int MaxExplained = 100;

    /// <summary>How long the server may plan a statement that is only explained, and wait for locks on the way.</summary>
    public static TimeSpan MaxPlanTime { get; } = TimeSpan.FromSeconds(5);
}
