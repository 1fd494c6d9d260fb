using System.Collections.Frozen;
using System.Text;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>A statement that the server keeps under a name, by Parse or by PREPARE; without one for an empty text.</summary>
internal sealed class Prepared(byte[] text, SqlStatement? statement)
{
    private SqlStatement? _statement = statement;
    private IReadOnlyDictionary<int, uint> _inexact = FrozenDictionary<int, uint>.Empty;

    /// <summary>As the client sent it.</summary>
    public byte[] Text { get; } = text;

    /// <summary>What the server has in its place; null where it has the text.</summary>
    public Substitute? Substitute { get; private init; }

    /// <summary>Null for a text without a statement.</summary>
    public SqlStatement? Statement => _statement ??= IsKnown ? ParseKnown() : null;

    /// <summary>The text was seen before to be one statement, and not parsed again.</summary>
    public bool IsKnown { get; private init; }

    /// <summary>The text is this statement and no other: what it means may be kept under it.</summary>
    public bool IsText { get; private init; } = true;

    /// <summary>What is said of the parameters may matter: then the text alone does not say what it means.</summary>
    public static Prepared ByParse(byte[] text, SqlStatement statement, ParametersSaid said) =>
        said is { Own.Count: 0, Inexact.Count: 0 }
            ? new Prepared(text, statement)
            : new Prepared(
                text,
                new SqlStatement(statement.Root, statement.Text) { ParameterTypes = said.Own, Inexact = said.Inexact }
            )
            {
                IsText = false,
            };

    /// <summary>The server gets another text, and only as long as that is what this one comes to.</summary>
    public Prepared Replaced(Substitute substitute) => new(Text, Statement) { IsText = false, Substitute = substitute };

    /// <summary>A short text that is in a book; under another book it may mean something else with what is said of its parameters.</summary>
    public static Prepared Known(ReadOnlySpan<byte> text, Plan plan, PlanBook book, ParametersSaid said) =>
        new(text.ToArray(), null)
        {
            IsKnown = true,
            IsText = said.Inexact.Count == 0,
            _inexact = said.Inexact,
            Plan = plan,
            Book = book,
        };

    private SqlStatement ParseKnown() =>
        SqlParser.Parse(Text).Statements is [var only]
            ? new SqlStatement(only.Root, only.Text) { Inexact = _inexact }
            : throw new InvalidOperationException("a text in a book is one statement");

    /// <param name="isTyped">Its parameters have types of which nothing more is known here.</param>
    public static Prepared BySql(string name, SyntaxNode query, bool isTyped) =>
        new(
            Encoding.UTF8.GetBytes($"EXECUTE {name}"),
            new SqlStatement(query, name) { Inexact = isTyped ? null : FrozenDictionary<int, uint>.Empty }
        )
        {
            IsText = false,
        };

    /// <summary>What it meant when it was last looked at, and under which book.</summary>
    public Plan? Plan { get; set; }

    public PlanBook? Book { get; set; }
}

/// <summary>A statement that is bound and may be run; the server has fixed its plan.</summary>
internal sealed class Portal(Prepared prepared, Plan? plan, PlanBook? book)
{
    public Prepared Prepared { get; } = prepared;

    /// <summary>Null for a text without a statement.</summary>
    public Plan? Plan { get; set; } = plan;

    public PlanBook? Book { get; set; } = book;

    /// <summary>Null where nothing has to be followed.</summary>
    public Execution? Execution { get; set; }

    /// <summary>The decision at Bind has been used; what goes on under it begins nothing anew.</summary>
    public bool IsUsed { get; set; }
}
