using System.Text.RegularExpressions;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Postgres.Translating;

namespace Homeostat.Gateways.Tests.Postgres.Translating;

/// <summary>Every node of the installed grammar, wherever it may stand: handled, or unknown, and never nothing.</summary>
public sealed partial class GrammarTests : IDisposable
{
    private const string Grammar = "/usr/include/pg_query/pg_query.proto";

    private static readonly DatabaseCatalogue Empty = new(new CatalogueParts(), new CatalogueParts());

    private readonly ParserPool _parser = new(TimeProvider.System, 1);
    private readonly Translator _translator;

    public GrammarTests() => _translator = new Translator(new PostgresNames("main", "shop"), _parser, []);

    public void Dispose() => _parser.Dispose();

    [GeneratedRegex(@"message (?<name>\w+)\s*\{(?<body>.*?)\n\}", RegexOptions.Singleline, 5000)]
    private static partial Regex Message();

    [GeneratedRegex(@"(?<type>\w+) \w+ = \d+ \[json_name=""(?<name>\w+)""\]", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Field();

    private static Dictionary<string, (string Type, string Name)[]> Messages()
    {
        Assert.SkipUnless(File.Exists(Grammar), "libpg-query-dev is not installed");
        return Message()
            .Matches(File.ReadAllText(Grammar))
            .ToDictionary(
                match => match.Groups["name"].Value,
                match =>
                    Field()
                        .Matches(match.Groups["body"].Value)
                        .Select(field => (field.Groups["type"].Value, field.Groups["name"].Value))
                        .ToArray()
            );
    }

    [GeneratedRegex(@"  OBJECT_(?<name>\w+) = \d+;", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex ObjectType();

    [GeneratedRegex(@"^  (?<word>[A-Z]+)(_P|_LA)? = \d+;", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Keyword();

    /// <summary>The words of PostgreSQL's own scanner, and those of command tags that no syntax has.</summary>
    private static HashSet<string> Keywords() =>
        [.. Keyword().Matches(File.ReadAllText(Grammar)).Select(match => match.Groups["word"].Value), "UNKNOWN"];

    private static string[] NodeKindsOfTheGrammar() => [.. Messages()["Node"].Select(field => field.Name).Distinct()];

    private Translation Translate(SyntaxNode root) =>
        _translator.Translate(root, Empty, new SessionContext { Path = SearchPath.Default, Role = "agent" });

    private static bool IsUnknown(Translation translation) =>
        translation.Effects.Any(effect => effect is Effect.Unknown);

    [Fact]
    public void The_grammar_has_the_nodes_that_we_know()
    {
        var grammar = NodeKindsOfTheGrammar();

        Assert.True(grammar.Length > 220);
        Assert.Empty(NodeHandlers.All.Keys.Except(grammar));
    }

    [Fact]
    public void Every_node_as_a_statement_and_inside_one_is_handled_or_unknown()
    {
        foreach (var kind in NodeKindsOfTheGrammar())
        {
            var node = new SyntaxNode(kind, []);
            var isHandled = NodeHandlers.All.ContainsKey(kind);
            foreach (var root in (SyntaxNode[])[node, InTarget(node), InFrom(node), InCte(node), InValues(node)])
            {
                var translation = Translate(root);

                Assert.NotEmpty(translation.Effects);
                Assert.True(isHandled || IsUnknown(translation), $"{kind} under {root.Kind}");
            }
        }
    }

    [Fact]
    public void Every_statement_has_a_command_of_whole_words_and_nothing_else_has_one()
    {
        string[] parts = ["RawStmt", "ReturnStmt", "PLAssignStmt", "SetOperationStmt", "ReplicaIdentityStmt"];
        foreach (var kind in NodeKindsOfTheGrammar())
        {
            var isStatement = kind.EndsWith("Stmt", StringComparison.Ordinal) && !parts.Contains(kind);
            var command = CommandNames.Of(
                new SyntaxNode(
                    kind,
                    kind == "TransactionStmt" ? [("kind", "TRANS_STMT_BEGIN")] : [("objtype", "OBJECT_TABLE")]
                )
            );

            Assert.Equal(isStatement, command != CommandNames.Unknown);
            Assert.All(command.Split(' '), word => Assert.Contains(word, Keywords()));
        }
    }

    [Fact]
    public void Every_kind_of_object_is_called_by_whole_words_and_has_a_word_in_ids()
    {
        string[] parts =
        [
            "AMOP",
            "AMPROC",
            "DEFAULT",
            "DEFACL",
            "PUBLICATION_NAMESPACE",
            "PUBLICATION_REL",
            "USER_MAPPING",
        ];
        var types = ObjectType()
            .Matches(File.ReadAllText(Grammar))
            .Select(match => match.Groups["name"].Value)
            .Where(name => name is not ("TYPE_UNDEFINED" or "P") && !parts.Contains(name))
            .ToArray();
        Assert.True(types.Length > 40);

        foreach (var type in types)
        {
            var root = new SyntaxNode("DropStmt", [("removeType", $"OBJECT_{type}")]);

            Assert.NotEqual("object", ObjectKinds.Of($"OBJECT_{type}"));
            // Privileges on a parameter are only granted and revoked: no command is called after them.
            Assert.All(
                CommandNames.Of(root).Split(' '),
                word => Assert.True(type == "PARAMETER_ACL" || Keywords().Contains(word), $"{type}: {word}")
            );
        }
    }

    [Fact]
    public void A_node_nobody_knows_is_unknown_in_every_field_of_every_known_node()
    {
        var stranger = new SyntaxNode("DropEverythingStmt", []);
        var messages = Messages();
        foreach (
            var kind in (string[])
                [
                    "SelectStmt",
                    "FuncCall",
                    "A_Expr",
                    "TypeCast",
                    "SubLink",
                    "CaseExpr",
                    "JoinExpr",
                    "RowExpr",
                    "ResTarget",
                ]
        )
        {
            foreach (var (_, field) in messages[kind].Where(field => field.Type == "Node"))
            {
                if (field is "name" or "useOp" or "operName" or "funcname" or "intoClause" or "lockingClause")
                {
                    continue;
                }

                Assert.True(
                    IsUnknown(Translate(InTarget(new SyntaxNode(kind, [(field, stranger)])))),
                    $"{kind}.{field}"
                );
                Assert.True(
                    IsUnknown(Translate(InTarget(new SyntaxNode(kind, [(field, new SyntaxNode?[] { stranger })])))),
                    $"{kind}.{field}[]"
                );
            }
        }
    }

    [Fact]
    public void A_container_without_a_kind_is_unknown()
    {
        Assert.True(IsUnknown(Translate(new SyntaxNode(null, []))));
        Assert.True(IsUnknown(Translate(InTarget(new SyntaxNode(null, [("x", 1L)])))));
    }

    [Fact]
    public void The_fields_of_one_type_are_those_of_the_grammar()
    {
        var messages = Messages();
        foreach (var (parent, fields) in messages.Where(pair => pair.Key is not ("Node" or "ScanResult")))
        {
            foreach (
                var (type, name) in fields.Where(field => field.Type != "Node" && messages.ContainsKey(field.Type))
            )
            {
                // Nodes of the planner never come from the parser; what stands bare in them stays unknown.
                var ours = NodeKinds.OfBare(parent, name);
                Assert.True(
                    ours == type || ours is null || !NodeHandlers.All.ContainsKey(parent),
                    $"{parent}.{name}: {type}, not {ours}"
                );
                Assert.True(
                    ours is not null || !NodeHandlers.All.ContainsKey(parent) || parent == "CallStmt",
                    $"{parent}.{name}"
                );
            }
        }
    }

    private static SyntaxNode Select(string field, params SyntaxNode[] nodes) =>
        new("SelectStmt", [(field, nodes.Cast<SyntaxNode?>().ToArray())]);

    private static SyntaxNode InTarget(SyntaxNode node) =>
        Select("targetList", new SyntaxNode("ResTarget", [("val", node)]));

    private static SyntaxNode InFrom(SyntaxNode node) => Select("fromClause", node);

    private static SyntaxNode InValues(SyntaxNode node) =>
        Select("valuesLists", new SyntaxNode("List", [("items", new SyntaxNode?[] { node, null })]));

    private static SyntaxNode InCte(SyntaxNode node) =>
        new(
            "SelectStmt",
            [
                (
                    "withClause",
                    new SyntaxNode(
                        "WithClause",
                        [("ctes", new SyntaxNode?[] { new("CommonTableExpr", [("ctename", "x"), ("ctequery", node)]) })]
                    )
                ),
            ]
        );
}
