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

    /// <summary>Most classifications that are kept, each under its exact text.</summary>
    public const int MaxCachedTexts = 8192;

    /// <summary>Longest text whose classification is kept, in UTF-16 units.</summary>
    public const int MaxCachedTextLength = 16 << 10;

    /// <summary>How long one reading of the system catalogue may take.</summary>
    public static TimeSpan MaxCatalogueTime { get; } = TimeSpan.FromSeconds(30);

    /// <summary>How often one reading of the system catalogue is begun when objects are dropped under it.</summary>
    public const int MaxCatalogueTries = 3;
}
