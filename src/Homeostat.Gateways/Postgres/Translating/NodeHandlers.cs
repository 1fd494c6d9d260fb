using System.Collections.Frozen;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>What is done with a node of one kind.</summary>
internal delegate void NodeHandler(Walk walk, SyntaxNode node, Frame frame);

/// <summary>Every kind of node that is understood; one that is not here is unknown wherever it stands.</summary>
internal static class NodeHandlers
{
    public static FrozenDictionary<string, NodeHandler> All { get; } =
        (
            (IEnumerable<IEnumerable<KeyValuePair<string, NodeHandler>>>)
                [
                    Expressions.Handlers,
                    QueryStatements.Handlers,
                    SessionStatements.Handlers,
                    MaintenanceStatements.Handlers,
                    DefinitionStatements.Handlers,
                    AlterStatements.Handlers,
                    DropStatements.Handlers,
                    PrivilegeStatements.Handlers,
                ]
        )
            .SelectMany(table => table)
            .ToFrozenDictionary(StringComparer.Ordinal);
}
