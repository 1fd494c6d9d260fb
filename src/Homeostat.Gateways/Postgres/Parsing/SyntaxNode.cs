namespace Homeostat.Gateways.Postgres.Parsing;

/// <summary>
/// One node of PostgreSQL's raw parse tree. Fields that are absent are what PostgreSQL leaves out: false, zero, null or empty.
/// </summary>
internal sealed class SyntaxNode(string? kind, IReadOnlyList<(string Name, object Value)> fields)
{
    /// <summary>The name of the node in PostgreSQL's grammar; null where we do not know what the object is.</summary>
    public string? Kind { get; } = kind;

    /// <summary>Values are a <see cref="SyntaxNode"/>, an array of them with gaps, a text, a number or a truth value.</summary>
    public IReadOnlyList<(string Name, object Value)> Fields { get; } = fields;

    public object? this[string name]
    {
        get
        {
            foreach (var field in Fields)
            {
                if (field.Name == name)
                {
                    return field.Value;
                }
            }

            return null;
        }
    }

    public bool Is(string name) => Kind == name;

    /// <summary>The node in a field; a list where one node should be is a node that nobody knows.</summary>
    public SyntaxNode? Node(string name) =>
        this[name] switch
        {
            SyntaxNode node => node,
            SyntaxNode?[] => new SyntaxNode(null, []),
            _ => null,
        };

    /// <summary>The nodes of a list field, without its gaps; of a <c>List</c> node in it, its items; one node alone is a list of it.</summary>
    public IReadOnlyList<SyntaxNode> Nodes(string name) =>
        this[name] switch
        {
            SyntaxNode?[] { Length: > 0 } items => [.. items.OfType<SyntaxNode>()],
            SyntaxNode { Kind: "List" } list => list.Nodes("items"),
            SyntaxNode node => [node],
            _ => [],
        };

    public string? Text(string name) => this[name] as string;

    public bool Flag(string name) => this[name] is true;

    public long Number(string name) => this[name] is long number ? number : 0;

    /// <summary>The texts of a list of names: <c>schema.table</c> as its two parts.</summary>
    public IReadOnlyList<string> Names(string name) =>
        [.. Nodes(name).Where(node => node.Is("String")).Select(node => node.Text("sval") ?? "")];

    /// <summary>The value of a constant as text; null where it is no literal.</summary>
    public string? Literal() =>
        Kind switch
        {
            "A_Const" when Flag("isnull") => null,
            "A_Const" => (Node("sval") ?? Node("ival") ?? Node("fval") ?? Node("boolval") ?? Node("bsval"))?.Literal(),
            "String" => Text("sval") ?? "",
            "Integer" => Number("ival").ToString(),
            "Float" => Text("fval"),
            "Boolean" => Flag("boolval") ? "true" : "false",
            "BitString" => Text("bsval"),
            "TypeCast" => Node("arg")?.Literal(),
            _ => null,
        };
}
