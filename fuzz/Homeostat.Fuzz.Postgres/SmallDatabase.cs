using Homeostat.Gateways.Postgres.Catalogue;

namespace Homeostat.Fuzz.Postgres;

/// <summary>
/// The catalogue that statements are translated by: a few relations with everything on them that runs code or reaches other tables,
/// and definitions that are broken or go in a circle.
/// </summary>
internal static class SmallDatabase
{
    private static readonly Oid s_public = new(2200);
    private static readonly Oid s_system = new(11);
    private static readonly Oid s_evil = new(16999);
    private static readonly Oid s_owner = new(10);

    // After the fields above, which it is made with.
    public static DatabaseCatalogue Catalogue { get; } = new(BuiltIn(), Own());

    private static CatalogueParts BuiltIn() =>
        new()
        {
            Relations =
            [
                Relation(1259, "pg_catalog", "pg_class", RelationKind.Table),
                Relation(1260, "pg_catalog", "pg_authid", RelationKind.Table),
                Relation(1247, "pg_catalog", "pg_type", RelationKind.Table),
            ],
            Types =
            [
                Type(16, "bool"),
                Type(20, "int8"),
                Type(23, "int4"),
                Type(25, "text"),
                Type(1082, "date"),
                Type(1700, "numeric"),
                Type(2205, "regclass"),
            ],
            Functions =
            [
                Known(870, "lower", 'i', 1),
                Known(1299, "now", 's', 0),
                Known(1574, "nextval", 'v', 1),
                Known(1576, "setval", 'v', 2),
                Known(2077, "current_setting", 's', 1),
                Known(2078, "set_config", 'v', 3),
                Known(2096, "pg_terminate_backend", 'v', 2),
                Known(2147, "count", 'i', 1),
                Known(2624, "pg_read_file", 'v', 3),
                Known(2626, "pg_sleep", 'v', 1),
                Known(2880, "pg_advisory_lock", 'v', 1),
                Known(2923, "query_to_xml", 's', 4),
                Known(964, "lo_unlink", 'v', 1),
            ],
        };

    private static CatalogueParts Own() =>
        new()
        {
            Schemas =
            [
                new(s_public, "public", s_owner, Usable: true),
                new(s_system, "pg_catalog", s_owner, Usable: true),
                new(s_evil, "evil", s_owner, Usable: true),
                new(new Oid(17000), "pg_temp_3", s_owner, Usable: true),
                new(new Oid(17001), "closed", s_owner, Usable: false),
            ],
            TemporarySchema = "pg_temp_3",
            Relations = Relations(),
            Columns = Columns(),
            Indexes =
            [
                new(new(16400), new(16401), true, [1], null, null),
                new(new(16410), new(16411), false, [0], "key(v)", "(v > 0)"),
            ],
            Constraints = Constraints(),
            Triggers =
            [
                new(new(16405), "watch", new(16503), 4 | 16, ""),
                new(
                    new(16402),
                    "late",
                    new(16503),
                    8,
                    "create trigger late after delete on public.orders for each row when (old.total > 1) execute function public.watch()"
                ),
            ],
            Rules =
            [
                new(
                    new(16406),
                    "also",
                    '3',
                    false,
                    "create rule also as on insert to public.ruled do delete from public.notes"
                ),
                new(new(16406), "broken", '2', false, "create rule ("),
            ],
            Policies = [new(new(16412), "p", "(public.opaque() = 1)", null)],
            Functions = Functions(),
            Types =
            [
                new(new(16600), s_public, "public", "checked", 'd', new(23), default, default, []),
                new(new(16601), s_public, "public", "pair", 'c', default, default, new(16415), []),
                new(new(16602), s_public, "public", "customers", 'c', default, default, new(16400), []),
                new(new(16603), s_evil, "evil", "shell", 'b', default, default, default, [16502]),
            ],
            Operators = [new(new(16700), s_evil, "=", new(23), new(25), [16505])],
            Casts = [new(new(16601), new(25), new(16506), true)],
            Inheritance = [(new(16408), new(16407)), (new(16414), new(16413))],
            Dependencies = Dependencies(),
            Roles = [new(s_owner, "postgres"), new(new(16800), "other"), new(new(16801), "agent")],
            Extensions = [new(new(16900), "hstore")],
            EventTriggers = [new("audit", "ddl_command_end", new(16502))],
        };

    private static RelationEntry[] Relations() =>
        [
            Relation(16400, "public", "customers"),
            Relation(16402, "public", "orders"),
            Relation(16403, "public", "lines"),
            Relation(16404, "public", "notes"),
            Relation(16405, "public", "watched"),
            Relation(16406, "public", "ruled"),
            Relation(16407, "public", "parted", RelationKind.Partitioned, key: "RANGE (opaque())"),
            Relation(16408, "public", "parted_1"),
            Relation(16409, "public", "defaulted"),
            Relation(16410, "public", "indexed"),
            Relation(16412, "public", "guarded", isGuarded: true),
            Relation(16413, "public", "parent"),
            Relation(16414, "public", "child"),
            Relation(16415, "public", "pair", RelationKind.Composite),
            Relation(16416, "public", "numbers", RelationKind.Sequence),
            Relation(16417, "public", "far", RelationKind.Foreign),
            Relation(16420, "public", "big_orders", RelationKind.View, "select * from public.orders where total > 100"),
            Relation(
                16421,
                "public",
                "joined",
                RelationKind.View,
                "select o.id from public.orders o join public.customers c on c.id = o.customer"
            ),
            Relation(16422, "public", "circle", RelationKind.View, "select * from public.circle_2"),
            Relation(16423, "public", "circle_2", RelationKind.View, "select * from public.circle"),
            Relation(16424, "public", "torn", RelationKind.View, "select from where"),
            Relation(16425, "public", "totals", RelationKind.MaterializedView, "select sum(total) from public.orders"),
            Relation(16426, "evil", "customers"),
            Relation(16427, "pg_temp_3", "mine"),
        ];

    private static ColumnEntry[] Columns() =>
        [
            new(new(16400), 1, "id", new(23), null, false),
            new(new(16400), 2, "name", new(25), null, false),
            new(new(16402), 1, "id", new(23), null, false),
            new(new(16402), 2, "customer", new(23), null, false),
            new(new(16402), 3, "total", new(1700), null, false),
            new(new(16403), 1, "order", new(23), null, false),
            new(new(16409), 1, "at", new(23), "public.opaque()", false),
            new(new(16409), 2, "made", new(23), "(at + 1)", true),
            new(new(16409), 3, "v", new(16600), "broken(", false),
            new(new(16410), 1, "v", new(23), null, false),
            new(new(16412), 1, "v", new(16601), null, false),
        ];

    private static ConstraintEntry[] Constraints() =>
        [
            Key(16450, 16402, 16400, 'c', 'a'),
            Key(16451, 16403, 16402, 'n', 'c'),
            Key(16452, 16404, 16400, 'a', 'a'),
            Key(16453, 16400, 16402, 'd', 'c'),
            Key(16455, 16404, 99999, 'c', 'c'),
            new(new(16454), "check", 'c', default, new(16600), default, ' ', ' ', [], [], "(VALUE > public.opaque())"),
        ];

    private static FunctionEntry[] Functions() =>
        [
            Function(16500, "agent_write", "sql", 'v', "insert into notes values (1) returning customer"),
            Function(16501, "agent_read", "sql", 's', "select count(*) from notes"),
            Function(16502, "opaque", "plpgsql", 'v', "begin return 1; end"),
            Function(16503, "watch", "plpgsql", 'v', "begin return new; end"),
            Function(16504, "of_row", "plpgsql", 'v', "begin return 1; end", 16602),
            Function(16505, "eq", "plpgsql", 'i', "begin return true; end", 23, 25) with
            {
                Schema = s_evil,
                SchemaName = "evil",
            },
            Function(16506, "pair_to_text", "plpgsql", 's', "begin return ''; end", 16601),
            Function(16507, "turn", "sql", 'v', "select turn()"),
            Function(16508, "atomic", "sql", 'v', "BEGIN ATOMIC\n DELETE FROM public.orders;\nEND"),
            Function(16509, "returns", "sql", 's', "RETURN public.opaque()"),
            Function(16510, "torn", "sql", 'v', "select from where"),
            Function(16511, "sum_up", "internal", 'i', "", 23) with
            {
                Kind = 'a',
                Helpers = [16502, 88888],
            },
            Function(16512, "lower", "sql", 'v', "delete from customers", 25) with
            {
                Schema = s_evil,
                SchemaName = "evil",
                SearchPath = "evil, pg_temp",
            },
        ];

    /// <summary>In the classes pg_class, pg_type, pg_proc, pg_rewrite, pg_constraint and pg_namespace.</summary>
    private static Dependency[] Dependencies() =>
        [
            new(new(1259, 16402, 0), new(2618, 16420, 0), 'n'),
            new(new(2618, 16420, 0), new(1259, 16420, 0), 'i'),
            new(new(1259, 16420, 0), new(2618, 16420, 0), 'i'),
            new(new(1259, 16400, 0), new(2606, 16450, 0), 'n'),
            new(new(1259, 16400, 2), new(1259, 16401, 0), 'a'),
            new(new(1247, 16600, 0), new(1259, 16409, 3), 'n'),
            new(new(1255, 16502, 0), new(1259, 16409, 1), 'n'),
            new(new(2615, 16999, 0), new(1259, 16426, 0), 'n'),
            new(new(1259, 16407, 0), new(1259, 16408, 0), 'a'),
            new(new(1259, 16422, 0), new(1259, 16423, 0), 'n'),
            new(new(1259, 16423, 0), new(1259, 16422, 0), 'n'),
            new(new(1259, 16413, 0), new(12345, 1, 0), 'n'),
        ];

    private static RelationEntry Relation(
        uint oid,
        string schema,
        string name,
        RelationKind kind = RelationKind.Table,
        string? view = null,
        string? key = null,
        bool isGuarded = false
    ) => new(new(oid), schema == "evil" ? s_evil : s_public, schema, name, kind, s_owner, isGuarded, key, view);

    private static TypeEntry Type(uint oid, string name) =>
        new(new(oid), s_system, "pg_catalog", name, 'b', default, default, default, []);

    private static ConstraintEntry Key(uint oid, uint from, uint to, char onDelete, char onUpdate) =>
        new(new(oid), $"key_{oid}", 'f', new(from), default, new(to), onDelete, onUpdate, [1], [1], null);

    private static FunctionEntry Known(uint oid, string name, char volatility, int arguments) =>
        Function(oid, name, "internal", volatility, "", new uint[arguments]) with
        {
            Schema = s_system,
            SchemaName = "pg_catalog",
        };

    private static FunctionEntry Function(
        uint oid,
        string name,
        string language,
        char volatility,
        string body,
        params uint[] arguments
    ) =>
        new(
            new(oid),
            s_public,
            "public",
            name,
            'f',
            language,
            volatility,
            arguments.Length,
            Defaults: 0,
            Variadic: false,
            new(23),
            arguments,
            SearchPath: null,
            OtherSettings: false,
            body,
            BodyHash: "",
            DefaultTexts: null,
            []
        );
}
