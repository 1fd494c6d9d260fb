using System.Collections.Frozen;

namespace Homeostat.Gateways.Postgres.Parsing;

/// <summary>Why a text was not parsed.</summary>
public enum RefusalKind
{
    /// <summary>Something is wrong on our side: no library, a tree that cannot be read, no thread free.</summary>
    Internal = 0,

    /// <summary>PostgreSQL's grammar does not accept it.</summary>
    Syntax,

    /// <summary>It has a NUL, or is not UTF-8.</summary>
    Encoding,

    /// <summary>It exceeds one of <see cref="Limits"/>.</summary>
    TooLarge,
}

/// <summary>A refused text.</summary>
/// <param name="Position">Where, counted in characters from 1; 0 where no place is to blame.</param>
public sealed record ParseRefusal(RefusalKind Kind, string Reason, int Position);

/// <summary>One statement of a text.</summary>
public sealed class SqlStatement
{
    internal SqlStatement(SyntaxNode root, string text)
    {
        Root = root;
        Text = text;
    }

    internal SyntaxNode Root { get; }

    /// <summary>The characters of this statement alone, without the semicolon.</summary>
    public string Text { get; }

    /// <summary>Types of parameters that the client has named by their numbers; 0 is none.</summary>
    internal IReadOnlyList<uint> ParameterTypes { get; init; } = [];

    /// <summary>Parameters, from 1, that the client has given a type of which one value may equal several keys; null where any may be.</summary>
    internal IReadOnlyDictionary<int, uint>? Inexact { get; init; } = FrozenDictionary<int, uint>.Empty;
}

/// <summary>What a text says: its statements in order, or why it was refused. <c>default</c> of either is nothing.</summary>
public sealed class ParsedText
{
    private ParsedText(IReadOnlyList<SqlStatement> statements, ParseRefusal? refusal)
    {
        Statements = statements;
        Refusal = refusal;
    }

    /// <summary>Empty for an empty text, and for a refused one.</summary>
    public IReadOnlyList<SqlStatement> Statements { get; }

    public ParseRefusal? Refusal { get; }

    internal static ParsedText Of(IReadOnlyList<SqlStatement> statements) => new(statements, null);

    internal static ParsedText Refused(RefusalKind kind, string reason, int position = 0) =>
        new([], new ParseRefusal(kind, reason, position));
}
