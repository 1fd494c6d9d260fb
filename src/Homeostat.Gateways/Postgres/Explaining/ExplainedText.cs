using Homeostat.Core.Actions;

namespace Homeostat.Gateways.Postgres.Explaining;

/// <summary>What each statement of a text would do if it ran by itself now; nothing of it has run.</summary>
/// <param name="Refusal">Why the text cannot be judged at all; then there are no statements.</param>
public sealed record ExplainedText(IReadOnlyList<ExplainedStatement> Statements, string? Refusal)
{
    internal static ExplainedText Refused(string reason) => new([], reason);
}

/// <summary>What one statement would do.</summary>
/// <param name="Command">In PostgreSQL's words.</param>
/// <param name="PayloadHash">SHA-256 of the statement's text in lower-case hexadecimal.</param>
public sealed record ExplainedStatement(string Command, string PayloadHash, IReadOnlyList<Effect> Effects)
{
    /// <summary>The planner's estimate of the rows that it gives or touches: evidence, and never a verdict. Null where there is none.</summary>
    public double? EstimatedRows { get; init; }

    /// <summary>Why there is no estimate; null where there is one, or where the kind of statement has none.</summary>
    public string? NoEstimate { get; init; }

    /// <summary>Why it is never forwarded, whatever a lease says; null where it may be.</summary>
    public string? Forbidden { get; init; }

    public IReadOnlyList<string> NotUnderstood { get; init; } = [];

    /// <summary>Code that it runs and nobody can read.</summary>
    public IReadOnlyList<string> Opaque { get; init; } = [];

    /// <summary>Names that the catalogue does not have.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];
}
