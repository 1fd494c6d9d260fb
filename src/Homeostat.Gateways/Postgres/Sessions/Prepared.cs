using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>A statement that the server keeps under a name, by Parse or by PREPARE.</summary>
/// <param name="Text">What was parsed.</param>
/// <param name="Statement">Null for a text without a statement.</param>
internal sealed class Prepared(byte[] text, SqlStatement? statement)
{
    public byte[] Text { get; } = text;

    public SqlStatement? Statement { get; } = statement;

    /// <summary>What it meant when it was last looked at, and under which book.</summary>
    public Plan? Plan { get; set; }

    public PlanBook? Book { get; set; }
}

/// <summary>A statement that is bound and may be run; the server has fixed its plan.</summary>
/// <param name="Plan">Null for a text without a statement.</param>
internal sealed class Portal(Prepared prepared, Plan? plan, PlanBook? book)
{
    public Prepared Prepared { get; } = prepared;

    public Plan? Plan { get; set; } = plan;

    public PlanBook? Book { get; set; } = book;

    /// <summary>Null where nothing has to be followed.</summary>
    public Execution? Execution { get; set; }

    /// <summary>The decision at Bind has been used; what goes on under it begins nothing anew.</summary>
    public bool IsUsed { get; set; }
}
