namespace Homeostat.Ledger.Auditing;

/// <summary>Something in a log that is not as it must be: which file, where in it, and what is wrong.</summary>
public sealed record Finding(string Path, long? Entry, string Problem)
{
    public override string ToString() =>
        Entry is { } entry ? $"{Path}, entry {entry}: {Problem}" : $"{Path}: {Problem}";
}

/// <summary>What a verification found; a log is good only where nothing was.</summary>
public sealed record VerificationReport
{
    public required string Origin { get; init; }

    /// <summary>The size that the checkpoint names, or 0 where it could not be read.</summary>
    public required long Size { get; init; }

    /// <summary>How many entries were hashed.</summary>
    public required long Entries { get; init; }

    /// <summary>How many signatures of statements were checked.</summary>
    public required long Signatures { get; init; }

    /// <summary>In the order of the log; at most <see cref="Limits.Findings"/>.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>Who else signed the checkpoint, by keys that the verifier was not given.</summary>
    public IReadOnlyList<string> UnknownSigners { get; init; } = [];

    /// <summary>Was a writer at work, so that only what it had published could be checked?</summary>
    public bool IsLive { get; init; }

    public bool IsGood => Findings.Count == 0;

    public Finding? First => Findings.Count > 0 ? Findings[0] : null;
}
