namespace Homeostat.Client.Contract;

/// <summary>A text for PostgreSQL, of which it is asked what it would do.</summary>
public sealed record SqlBody
{
    public required string Database { get; init; }

    public required string Sql { get; init; }
}

/// <summary>What each statement of the text would do if it ran by itself now.</summary>
/// <param name="Refusal">Why the text cannot be judged at all; then there are no statements.</param>
public sealed record SqlAnswer(IReadOnlyList<SqlStatementBody> Statements, string? Refusal = null);

public sealed record SqlStatementBody
{
    /// <summary>In PostgreSQL's words: <c>DELETE</c>, <c>DROP TABLE</c>.</summary>
    public required string Command { get; init; }

    /// <summary>Under the lease that asks; for the operator, under one that covers everything.</summary>
    public required DecisionAnswer Decision { get; init; }

    public required IReadOnlyList<SqlEffectBody> Effects { get; init; }

    /// <summary>The planner's estimate of the rows that it gives or touches; it decides nothing.</summary>
    public double? EstimatedRows { get; init; }

    public string? NoEstimate { get; init; }

    /// <summary>Why it is never forwarded, whatever a lease says.</summary>
    public string? Forbidden { get; init; }

    public IReadOnlyList<string>? NotUnderstood { get; init; }

    /// <summary>Code that it runs and nobody can read.</summary>
    public IReadOnlyList<string>? RunsCode { get; init; }

    /// <summary>Names that the catalogue does not have.</summary>
    public IReadOnlyList<string>? Missing { get; init; }
}

/// <param name="Rows">Of a loss: the rows that are proven to be the most, or null where nobody can say.</param>
public sealed record SqlEffectBody(string Do, string Id, long? Rows = null)
{
    /// <summary>Rows that the table held when it was looked at.</summary>
    public double? Held { get; init; }

    public double? HeldAgeSeconds { get; init; }
}
