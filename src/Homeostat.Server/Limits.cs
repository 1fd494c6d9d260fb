namespace Homeostat.Server;

/// <summary>Every size, count and time that the service bounds, in one place.</summary>
internal static class Limits
{
    /// <summary>Bytes of a request's body.</summary>
    public const int BodyBytes = 1024 * 1024;

    /// <summary>Bytes of the largest buffer for answers that a thread keeps for the next.</summary>
    public const int KeptAnswerBytes = 64 * 1024;

    /// <summary>Bytes of a request's headers.</summary>
    public const int HeaderBytes = 16 * 1024;

    /// <summary>Connections open at once; the next one is closed.</summary>
    public const int Connections = 1024;

    /// <summary>Requests that are being answered; the next one is told to come back.</summary>
    public const int Requests = 512;

    /// <summary>How long a request's headers may take.</summary>
    public static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long a request's body may take.</summary>
    public static readonly TimeSpan BodyTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long an idle connection is kept.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(120);

    /// <summary>How long requests may take to end when the service is told to stop.</summary>
    public static readonly TimeSpan Shutdown = TimeSpan.FromSeconds(10);

    /// <summary>Characters of an idempotency key.</summary>
    public const int KeyChars = 128;

    /// <summary>Answers that are remembered by their idempotency key.</summary>
    public const int RememberedAnswers = 16 * 1024;

    /// <summary>How long an answer is remembered.</summary>
    public static readonly TimeSpan RememberAnswer = TimeSpan.FromMinutes(10);

    /// <summary>Rows of a list in an answer.</summary>
    public const int ListedRows = 100;

    /// <summary>Leases or entries of one page.</summary>
    public const int PageRows = 100;

    /// <summary>Characters of a purpose, an operation, a goal.</summary>
    public const int TextChars = 1024;

    /// <summary>Characters of the name of an agent, a lease or a source.</summary>
    public const int NameChars = 128;

    /// <summary>Items of one list in a cone.</summary>
    public const int ConeItems = 256;

    /// <summary>How long an effect that cannot be undone waits for its entry to be witnessed.</summary>
    public static readonly TimeSpan Witness = TimeSpan.FromSeconds(5);

    /// <summary>How long a source may take to look again.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    /// <summary>Changes that one batch of a source may have.</summary>
    public const int BatchChanges = 2_000_000;

    /// <summary>Resources of which it is remembered when a source saw them gone.</summary>
    public const int GoneResources = 200_000;

    /// <summary>How long after a failure a source is read again.</summary>
    public static readonly TimeSpan SourceRetry = TimeSpan.FromSeconds(5);

    /// <summary>How often overdue permits are looked for.</summary>
    public static readonly TimeSpan SettleEvery = TimeSpan.FromSeconds(1);

    /// <summary>How long after a look that saw nothing an overdue permit is looked at again.</summary>
    public static readonly TimeSpan SettleRetry = TimeSpan.FromSeconds(30);

    /// <summary>How long a settled permit still explains what is seen.</summary>
    public static readonly TimeSpan Explains = TimeSpan.FromHours(1);

    /// <summary>How often the overlay's file is looked at.</summary>
    public static readonly TimeSpan OverlayEvery = TimeSpan.FromSeconds(1);

    /// <summary>Readers of events at one time; the next one is told to come back.</summary>
    public const int EventReaders = 64;

    /// <summary>Entries of the log that a reader of events may be behind; beyond it it is moved on and told.</summary>
    public const int EventLag = 10_000;

    /// <summary>How often the log is looked at for a reader of events.</summary>
    public static readonly TimeSpan EventEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a reader of events may hear nothing.</summary>
    public static readonly TimeSpan EventSilence = TimeSpan.FromSeconds(15);

    /// <summary>How often settled permits that explain nothing any more are forgotten.</summary>
    public static readonly TimeSpan ForgetEvery = TimeSpan.FromMinutes(1);

    /// <summary>Reports that are kept in memory; the log has them all.</summary>
    public const int Reports = 1000;
}
