namespace Homeostat.Cli.Reporting;

/// <summary>Everything that a review or a simulation has to say; every format is made of this, and JSON is just this.</summary>
internal sealed record Report
{
    public const string SchemaName = "homeostat.review/1";

    public string Schema { get; init; } = SchemaName;

    /// <summary><c>review</c> or <c>simulate</c>.</summary>
    public required string Command { get; init; }

    /// <summary><c>allow</c>, <c>modify</c>, <c>step-up</c>, <c>defer</c> or <c>deny</c>.</summary>
    public required string Verdict { get; init; }

    public required int ExitCode { get; init; }

    /// <summary>One sentence: what decides it.</summary>
    public required string Summary { get; init; }

    public required ReportSubject Subject { get; init; }

    public required DateTimeOffset JudgedAt { get; init; }

    public required ReportEvidence Evidence { get; init; }

    public required ReportEstate Estate { get; init; }

    /// <summary>Null of a simulation, which decides nothing.</summary>
    public required ReportLease? Lease { get; init; }

    public required ReportStress Stress { get; init; }

    /// <summary>The most restrictive first.</summary>
    public required IReadOnlyList<ReportFinding> Findings { get; init; }

    public required ReportLoss Lost { get; init; }

    /// <summary>Services first, then by tier.</summary>
    public required IReadOnlyList<ReportImpairment> Impaired { get; init; }

    public required IReadOnlyList<ReportExposure> Exposed { get; init; }

    /// <summary>The essential variables that change, the dearest first.</summary>
    public required IReadOnlyList<ReportVariable> Variables { get; init; }

    public required IReadOnlyList<ReportUndo> Undo { get; init; }

    /// <summary>Null where there was nothing to look for.</summary>
    public required ReportAlternative? Alternative { get; init; }

    public required ReportCoverage Coverage { get; init; }

    /// <summary>Null where nothing was written down.</summary>
    public required ReportLog? Log { get; init; }
}

/// <summary>What was reviewed.</summary>
internal sealed record ReportSubject(
    string? File,
    string? Sha256,
    int Effects,
    IReadOnlyDictionary<string, int> Operations,
    IReadOnlyList<string> Touched
);

/// <summary>How old what is known was when it was judged.</summary>
internal sealed record ReportEvidence(
    string Source,
    DateTimeOffset? ObservedAt,
    double? AgeSeconds,
    IReadOnlyList<ReportStaleness> Stale,
    string? Advice
);

internal sealed record ReportStaleness(string What, double ShelfLifeSeconds);

internal sealed record ReportEstate(
    int Resources,
    int Relations,
    string? Overlay,
    IReadOnlyList<ReportGuess> Guesses,
    IReadOnlyList<string> Warnings
);

/// <param name="IsDefault">Nothing spoke for it: it is what holds where nothing says otherwise.</param>
internal sealed record ReportGuess(string Subject, string What, string Value, string Reason, bool IsDefault);

internal sealed record ReportLease(
    string Id,
    string Agent,
    string Level,
    string Purpose,
    IReadOnlyList<string> Operations,
    int Resources,
    double StressBudget,
    int Irreversible,
    DateTimeOffset ExpiresAt
);

internal sealed record ReportStress(double Charge, double LeastCharge, double Budget, double Before, double After);

internal sealed record ReportFinding(
    string Test,
    string AtMost,
    string Reason,
    IReadOnlyList<string> Path,
    double? EvidenceAgeSeconds,
    IReadOnlyList<string> LookAt,
    string? Remedy
);

/// <summary>What nobody could bring back.</summary>
internal sealed record ReportLoss(
    IReadOnlyList<ReportLostData> Data,
    IReadOnlyList<ReportIrreversible> Irreversible,
    IReadOnlyList<ReportWayBackLost> WaysBack,
    IReadOnlyList<string> EndsWithIt,
    IReadOnlyList<string> GuardsLost
);

internal sealed record ReportLostData(
    string Asset,
    int Tier,
    IReadOnlyList<string> CopiesLost,
    IReadOnlyList<ReportCopy> CopiesLeft
)
{
    public bool IsGone => CopiesLeft.Count == 0;
}

/// <summary>A standby that could no longer take over, or a backup whose restore was tested and that would be gone.</summary>
internal sealed record ReportWayBackLost(string Of, string What, IReadOnlyList<string> By);

internal sealed record ReportCopy(string Holder, string Role, bool RestoreTested);

internal sealed record ReportIrreversible(string Operation, string Target, string Subject, int Tier, string Reason);

internal sealed record ReportImpairment(
    string Id,
    string Kind,
    int Tier,
    string? Owner,
    int Before,
    int After,
    IReadOnlyList<string> Path
);

internal sealed record ReportExposure(string Target, string To, string Privilege, int Tier);

internal sealed record ReportVariable(
    string Kind,
    string Subject,
    int Tier,
    double Before,
    double After,
    double StressBefore,
    double StressAfter,
    double Charge,
    bool IsLethal,
    IReadOnlyList<string> Path
);

internal sealed record ReportUndo(string Operation, string Target, string By);

/// <summary>What of it would be allowed.</summary>
internal sealed record ReportAlternative(
    IReadOnlyList<string> Kept,
    IReadOnlyList<string> Removed,
    IReadOnlyList<string> StopInstead,
    bool ProvenLargest,
    IReadOnlyList<string> TargetOptions,
    IReadOnlyList<string> ExcludeOptions,
    bool IsDestroy
);

/// <summary>How much of what would be done the model can follow.</summary>
/// <param name="Unconnected">Of tier 0 or 1, taken away, and needed by nothing in the model: who uses it is not known.</param>
internal sealed record ReportCoverage(
    int Effects,
    int Followed,
    IReadOnlyList<ReportGap> Gaps,
    IReadOnlyList<ReportUnwrittenChange> UnwrittenChanges,
    IReadOnlyList<string> Unconnected
)
{
    public double Share => Effects == 0 ? 1 : (double)Followed / Effects;
}

internal sealed record ReportGap(string Target, string Missing);

/// <summary>A change whose meaning for its resource nobody wrote down, so that the worst is assumed too.</summary>
internal sealed record ReportUnwrittenChange(string Target, string Key);

internal sealed record ReportLog(string Folder, long Entry, string LeafHash, long TreeSize, string Root);
