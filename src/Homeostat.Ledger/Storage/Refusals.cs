namespace Homeostat.Ledger.Storage;

/// <summary>Why an entry was not taken.</summary>
public enum AppendRefusal
{
    /// <summary>The bytes are no statement; the message names the field and the byte.</summary>
    Malformed,

    /// <summary>The signature does not fit the key that the statement names.</summary>
    BadSignature,

    /// <summary>The signer is not admitted to this log.</summary>
    UnknownSigner,

    /// <summary>The sequence number leaves a gap, goes back, or belongs to a session that is closed.</summary>
    OutOfSequence,

    /// <summary>Two valid signatures over different content with one sequence number: hard evidence against the signer.</summary>
    Equivocation,

    /// <summary>A queue is full; the entry was not written and may be sent again.</summary>
    Busy,

    /// <summary>The disk did not take the entry; it was not written and may be sent again.</summary>
    StorageFailed,

    /// <summary>The log is closed.</summary>
    Closed,
}

/// <summary>An entry was refused, and nothing was written.</summary>
public sealed class AppendRefusedException(AppendRefusal refusal, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public AppendRefusal Refusal { get; } = refusal;

    /// <summary>Where the other entry with the same sequence number stands, for an <see cref="AppendRefusal.Equivocation"/>.</summary>
    public long? Earlier { get; init; }
}

/// <summary>A log cannot be opened; the message says what was found, where, and what would be accepted. Nothing was changed.</summary>
public sealed class LedgerOpenException(string message, Exception? inner = null) : Exception(message, inner);
