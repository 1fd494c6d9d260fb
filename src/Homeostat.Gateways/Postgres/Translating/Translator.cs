using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>
/// Statements to effects, by one catalogue. It answers for every statement and never throws for what a statement is:
/// what it does not understand is an unknown effect.
/// </summary>
public sealed class Translator(PostgresNames names, ParserPool parser, IEnumerable<CodeDeclaration> declared)
{
    private readonly Definitions _definitions = new(parser, declared);

    /// <summary>What the statement would do in this session, as the catalogue stands.</summary>
    public Translation Translate(SqlStatement statement, DatabaseCatalogue catalogue, SessionContext session)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return Translate(statement.Root, catalogue, session, statement);
    }

    internal Translation Translate(
        SyntaxNode root,
        DatabaseCatalogue catalogue,
        SessionContext session,
        SqlStatement? statement = null
    )
    {
        var walk = new Walk(catalogue, session, names, _definitions) { Inexact = statement?.Inexact };
        walk.Types.TouchUnaskedCasts();
        walk.Types.Touch(statement?.ParameterTypes ?? []);
        walk.Run(root);
        var translation = walk.Found.ToTranslation(CommandNames.Of(root));
        return translation.Effects.Count > 0 ? translation : Nothing(translation);
    }

    /// <summary>A statement that touches no object (<c>SELECT 1</c>) reads the database, and nothing in it.</summary>
    private Translation Nothing(Translation translation) =>
        translation with
        {
            Effects = [new Core.Actions.Effect.Read(names.Database, "nothing")],
        };
}
