namespace Homeostat.Gateways.Postgres.Catalogue;

/// <summary>Takes the rows of each query in turn.</summary>
internal sealed class CatalogueRows
{
    private readonly List<SchemaEntry> _schemas = [];
    private readonly List<RelationEntry> _relations = [];
    private readonly List<ColumnEntry> _columns = [];
    private readonly List<IndexEntry> _indexes = [];
    private readonly List<ConstraintEntry> _constraints = [];
    private readonly List<TriggerEntry> _triggers = [];
    private readonly List<RuleEntry> _rules = [];
    private readonly List<PolicyEntry> _policies = [];
    private readonly List<FunctionEntry> _functions = [];
    private readonly List<TypeEntry> _types = [];
    private readonly List<OperatorEntry> _operators = [];
    private readonly List<CastEntry> _casts = [];
    private readonly List<(Oid, Oid)> _inheritance = [];
    private readonly List<Dependency> _dependencies = [];
    private readonly List<RoleEntry> _roles = [];
    private readonly List<NamedEntry> _extensions = [];
    private readonly List<ObjectEntry> _objects = [];
    private readonly List<EventTriggerEntry> _eventTriggers = [];
    private string? _temporary;
    private bool _showsSubscriptions = true;

    /// <param name="major">The server's version: older ones lack columns.</param>
    public CatalogueRows(int major) =>
        Sections = [
            (
                CatalogueQueries.Schemas,
                row => _schemas.Add(new(Id(row, 0), row.GetString(1), Id(row, 2), row.GetBoolean(3)))
            ),
            (CatalogueQueries.ShowsSubscriptions, row => _showsSubscriptions = row.GetBoolean(0)),
            (CatalogueQueries.TemporarySchema, row => _temporary = row.GetString(0)),
            (CatalogueQueries.Relations, row => _relations.Add(Relation(row))),
            (CatalogueQueries.Columns, row => _columns.Add(Column(row))),
            (CatalogueQueries.Indexes, row => _indexes.Add(Index(row))),
            (CatalogueQueries.Constraints, row => _constraints.Add(Constraint(row))),
            (CatalogueQueries.Triggers, row => _triggers.Add(Trigger(row))),
            (CatalogueQueries.Rules, row => _rules.Add(Rule(row))),
            (
                CatalogueQueries.Policies,
                row => _policies.Add(new(Id(row, 0), row.GetString(1), Text(row, 2), Text(row, 3)))
            ),
            (CatalogueQueries.Functions(major), row => _functions.Add(Function(row))),
            (CatalogueQueries.Types(major), row => _types.Add(Type(row))),
            (CatalogueQueries.Operators, row => _operators.Add(Operator(row))),
            (CatalogueQueries.Casts, row => _casts.Add(new(Id(row, 0), Id(row, 1), Id(row, 2), row.GetBoolean(3)))),
            (CatalogueQueries.Inheritance, row => _inheritance.Add((Id(row, 0), Id(row, 1)))),
            (CatalogueQueries.Dependencies, row => _dependencies.Add(Dependency(row))),
            (CatalogueQueries.Roles, row => _roles.Add(new(Id(row, 0), row.GetString(1)))),
            (CatalogueQueries.Extensions, row => _extensions.Add(new(Id(row, 0), row.GetString(1)))),
            (CatalogueQueries.Objects, row => _objects.Add(Object(row))),
            (
                CatalogueQueries.EventTriggers,
                row => _eventTriggers.Add(new(row.GetString(0), row.GetString(1), Id(row, 2)))
            ),
        ];

    /// <summary>Each query with what takes a row of it.</summary>
    public IReadOnlyList<(string Query, Action<CatalogueRow> Accept)> Sections { get; }

    public CatalogueParts Parts =>
        new()
        {
            Schemas = _schemas,
            TemporarySchema = _temporary,
            ShowsSubscriptions = _showsSubscriptions,
            Relations = _relations,
            Columns = _columns,
            Indexes = _indexes,
            Constraints = _constraints,
            Triggers = _triggers,
            Rules = _rules,
            Policies = _policies,
            Functions = _functions,
            Types = _types,
            Operators = _operators,
            Casts = _casts,
            Inheritance = _inheritance,
            Dependencies = _dependencies,
            Roles = _roles,
            Extensions = _extensions,
            Objects = _objects,
            EventTriggers = _eventTriggers,
        };

    private static RelationEntry Relation(CatalogueRow row) =>
        new(
            Id(row, 0),
            Id(row, 1),
            row.GetString(2),
            row.GetString(3),
            (RelationKind)Char(row, 4),
            Id(row, 5),
            row.GetBoolean(6),
            Text(row, 7),
            Text(row, 8)
        );

    private static ColumnEntry Column(CatalogueRow row) =>
        new(Id(row, 0), row.GetInt32(1), row.GetString(2), Id(row, 3), Text(row, 4), row.GetBoolean(5));

    private static IndexEntry Index(CatalogueRow row) =>
        new(
            Id(row, 0),
            Id(row, 1),
            row.GetBoolean(2),
            [.. row.GetInt32s(3).Take(row.GetInt32(6))],
            Text(row, 4),
            Text(row, 5)
        );

    private static ConstraintEntry Constraint(CatalogueRow row) =>
        new(
            Id(row, 0),
            row.GetString(1),
            Char(row, 2),
            Id(row, 3),
            Id(row, 4),
            Id(row, 5),
            Char(row, 6),
            Char(row, 7),
            row.GetInt32s(8),
            row.GetInt32s(9),
            Text(row, 10)
        );

    private static TriggerEntry Trigger(CatalogueRow row) =>
        new(Id(row, 0), row.GetString(1), Id(row, 2), row.GetInt32(3), row.GetString(4));

    private static RuleEntry Rule(CatalogueRow row) =>
        new(Id(row, 0), row.GetString(1), Char(row, 2), row.GetBoolean(3), Text(row, 4) ?? "");

    private static FunctionEntry Function(CatalogueRow row) =>
        new(
            Id(row, 0),
            Id(row, 1),
            row.GetString(2),
            row.GetString(3),
            Char(row, 4),
            row.GetString(5),
            Char(row, 6),
            row.GetInt32(7),
            row.GetInt32(8),
            row.GetBoolean(9),
            Id(row, 10),
            Ids(row, 11),
            Text(row, 12),
            row.GetBoolean(13),
            Text(row, 14),
            row.GetString(15),
            Text(row, 16),
            row.IsNull(17) ? [] : Ids(row, 17)
        );

    private static TypeEntry Type(CatalogueRow row) =>
        new(
            Id(row, 0),
            Id(row, 1),
            row.GetString(2),
            row.GetString(3),
            Char(row, 4),
            Id(row, 5),
            row.IsNull(6) ? default : Id(row, 6),
            Id(row, 7),
            Ids(row, 8)
        );

    private static OperatorEntry Operator(CatalogueRow row) =>
        new(Id(row, 0), Id(row, 1), row.GetString(2), Id(row, 3), Id(row, 4), Ids(row, 5));

    private static Dependency Dependency(CatalogueRow row) =>
        new(
            new ObjectAddress(Id(row, 0).Value, Id(row, 1).Value, row.GetInt32(2)),
            new ObjectAddress(Id(row, 3).Value, Id(row, 4).Value, row.GetInt32(5)),
            Char(row, 6)
        );

    private static ObjectEntry Object(CatalogueRow row) =>
        new(
            Id(row, 0).Value,
            Id(row, 1),
            row.GetString(2),
            [.. Enumerable.Range(3, 4).Select(at => Text(row, at)).OfType<string>()]
        );

    private static Oid Id(CatalogueRow row, int at) => new((uint)row.GetInt64(at));

    private static string? Text(CatalogueRow row, int at) => row.IsNull(at) ? null : row.GetString(at);

    private static char Char(CatalogueRow row, int at) => row.GetString(at) is [var first, ..] ? first : ' ';

    private static uint[] Ids(CatalogueRow row, int at) =>
        [.. row.GetInt64s(at).Where(id => id > 0).Select(id => (uint)id)];
}
