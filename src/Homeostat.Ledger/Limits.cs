namespace Homeostat.Ledger;

/// <summary>Every size, depth, count and time that the ledger bounds, in one place.</summary>
public static class Limits
{
    /// <summary>Bytes of a statement's payload; anything larger enters by its hash.</summary>
    public const int PayloadBytes = 16 * 1024;

    /// <summary>Bytes of a whole entry: a payload, its headers and a batch path; below the 65 535 that an entry bundle can hold.</summary>
    public const int EntryBytes = 24 * 1024;

    /// <summary>Characters of an issuer, a subject or a content type.</summary>
    public const int ClaimChars = 1024;

    /// <summary>Nesting of CBOR in headers and payloads.</summary>
    public const int CborDepth = 16;

    /// <summary>Entries made durable by one fsync.</summary>
    public const int BatchEntries = 256;

    /// <summary>Bytes made durable by one fsync.</summary>
    public const int BatchBytes = 4 * 1024 * 1024;

    /// <summary>Appends waiting for the writer; the next one is refused.</summary>
    public const int QueuedAppends = 16 * 1024;

    /// <summary>Bytes waiting for the writer; the next append is refused.</summary>
    public const long QueuedBytes = 64L * 1024 * 1024;

    /// <summary>Entries durable but not yet in tiles; at this many the next append is refused.</summary>
    public const int UnpublishedEntries = 128 * 1024;

    /// <summary>Bytes durable but not yet in tiles; at this many the next append is refused.</summary>
    public const long UnpublishedBytes = 256L * 1024 * 1024;

    /// <summary>How often new entries are published at most where nobody waits for it.</summary>
    public static readonly TimeSpan PublishEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>Bytes of one preallocated segment.</summary>
    public const int SegmentBytes = 16 * 1024 * 1024;

    /// <summary>Bytes of a signed note, a checkpoint included.</summary>
    public const int NoteBytes = 64 * 1024;

    /// <summary>Signature lines of one note.</summary>
    public const int NoteSignatures = 64;

    /// <summary>Characters of an origin or a key's name.</summary>
    public const int NameChars = 255;

    /// <summary>Hashes of one proof: a tree of 2^63 entries needs no more.</summary>
    public const int ProofHashes = 63;

    /// <summary>How long a server may take to answer.</summary>
    public static readonly TimeSpan HttpTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of the largest published file: a full bundle of the largest entries.</summary>
    public const long TileFileBytes = 256L * (2 + 65535);

    /// <summary>Bundles that a verification reads ahead.</summary>
    public const int BundlesAhead = 64;

    /// <summary>Findings that a verification reports before it stops.</summary>
    public const int Findings = 1000;

    /// <summary>Sessions of one key that may be open; opening another closes the oldest.</summary>
    public const int SessionsPerKey = 8;

    /// <summary>Sequence numbers of a session that an identical retry may reach back.</summary>
    public const int RetryWindow = 16;

    /// <summary>Keys with sequences that the log follows.</summary>
    public const int SequencedKeys = 64 * 1024;

    /// <summary>Entries after which the state of all sessions is written down again.</summary>
    public const int SnapshotInterval = 64 * 1024;

    /// <summary>Batch signatures whose verification is remembered.</summary>
    public const int RememberedSignatures = 1024;

    /// <summary>How long witnesses may take to cosign.</summary>
    public static readonly TimeSpan WitnessTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long after a round without a quorum the next one starts.</summary>
    public static readonly TimeSpan WitnessRetry = TimeSpan.FromMilliseconds(250);

    /// <summary>Bytes of a witness's answer.</summary>
    public const int WitnessAnswerBytes = 16 * 1024;

    /// <summary>Lines of a witness policy.</summary>
    public const int PolicyLines = 1000;

    /// <summary>Bytes of an index of shards.</summary>
    public const int ShardIndexBytes = 16 * 1024 * 1024;

    /// <summary>Entries that an agent may sign with one signature.</summary>
    public const int SignedBatchEntries = 4096;
}
