using Homeostat.Core.Actions;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>What reading and writing a relation sets going: views, rules, triggers, foreign keys, partitions, expressions.</summary>
internal sealed class RelationRules(Walk walk)
{
    /// <summary>
    /// Catalogues whose rows are credentials, or hold them. Not pg_foreign_server: everybody may read a server's options, and its
    /// passwords stand in the user mappings.
    /// </summary>
    private static readonly HashSet<string> Credentials = new(StringComparer.Ordinal)
    {
        "pg_authid",
        "pg_shadow",
        "pg_user_mapping",
        "pg_user_mappings",
        "pg_subscription",
        "pg_hba_file_rules",
        "pg_ident_file_mappings",
        "pg_file_settings",
        "user_mapping_options",
    };

    /// <summary>Where the server itself shows a role no password of a subscription, the rest of its row is no secret.</summary>
    private bool IsCredential(string name) =>
        Credentials.Contains(name) && (name != "pg_subscription" || walk.Catalogue.Own.ShowsSubscriptions);

    /// <summary>The relation that a name means here; null where the catalogue has none, which is noted.</summary>
    public RelationEntry? Resolve(SyntaxNode? name, Frame frame) =>
        name is null ? null : Resolve(name.Text("schemaname"), name.Text("relname") ?? "", frame);

    public RelationEntry? Resolve(string? schema, string name, Frame frame, bool mayMiss = false)
    {
        var found = Find(schema, name, frame);
        if (found is null && !mayMiss)
        {
            walk.Found.Missing(Absent(schema, name, frame).ToString());
        }

        return found;
    }

    /// <summary>What an unknown relation would be called.</summary>
    public RelationName Absent(string? schema, string name, Frame frame) =>
        new(
            schema
                ?? frame.Path.ForFunctions(walk.Catalogue).FirstOrDefault(entry => entry != SearchPath.SystemSchema)
                ?? SearchPath.SystemSchema,
            name
        );

    public RelationName NameOf(SyntaxNode name, Frame frame) =>
        Find(name.Text("schemaname"), name.Text("relname") ?? "", frame) is { } found
            ? new RelationName(found.SchemaName, found.Name)
            : Absent(name.Text("schemaname"), name.Text("relname") ?? "", frame);

    private RelationEntry? Find(string? schema, string name, Frame frame)
    {
        if (schema is not null)
        {
            var real = schema == "pg_temp" ? walk.Catalogue.Own.TemporarySchema : schema;
            return real is null ? null : walk.Catalogue.Relation(real, name);
        }

        foreach (var candidate in frame.Path.ForRelations(walk.Catalogue))
        {
            if (walk.Catalogue.Relation(candidate, name) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    public void Read(SyntaxNode name, Frame frame)
    {
        if (name.Text("schemaname") is null && CteScope.Has(frame.Ctes, name.Text("relname") ?? ""))
        {
            return;
        }

        if (Resolve(name, frame) is { } relation)
        {
            Read(relation, frame);
        }
        else
        {
            walk.Found.Touch(NameOf(name, frame), Access.Read);
        }
    }

    public void Read(RelationEntry relation, Frame frame)
    {
        if (!walk.Once((relation.Oid, "read", frame.Locks, frame.PlanOnly)))
        {
            return;
        }

        Touch(relation, frame.Locks && !frame.PlanOnly ? Access.Read | Access.Lock : Access.Read);
        if (relation.Oid.IsBuiltIn && IsCredential(relation.Name))
        {
            walk.Found.Add(new Effect.Grant(walk.Names.Cluster, walk.Role, Core.Estate.Privilege.Administer));
        }

        if (relation.Kind == RelationKind.Foreign)
        {
            walk.Found.Opaque(relation.FullName, "a foreign table is read by code outside", Id(relation));
        }

        if (relation is { IsView: true, ViewText: { } text })
        {
            VisitView(relation, text, frame);
        }

        Policies(relation);
        walk.Types.TouchColumns(relation, written: false);
        foreach (var child in walk.Catalogue.Children(relation.Oid))
        {
            Follow(child, entry => Read(entry, frame));
        }
    }

    private void VisitView(RelationEntry view, string text, Frame frame) =>
        walk.VisitText(text, view.FullName, new Frame(SearchPath.System, Locks: frame.Locks, PlanOnly: frame.PlanOnly));

    /// <summary>Rows are inserted, updated, deleted or truncated.</summary>
    public void Write(SyntaxNode? name, WriteKind kind, Frame frame)
    {
        if (name is not { Kind: "RangeVar" })
        {
            walk.Found.Unknown("a write without a relation");
        }
        else if (Resolve(name, frame) is { } relation)
        {
            Write(relation, kind with { Recurse = kind.Recurse || name.Flag("inh") }, frame);
        }
        else
        {
            walk.Found.Touch(NameOf(name, frame), frame.PlanOnly ? Access.Read : kind.Access, kind.Rows);
        }
    }

    public void Write(RelationEntry relation, WriteKind kind, Frame frame)
    {
        if (frame.PlanOnly)
        {
            Touch(relation, Access.Plan);
            Read(relation, frame);
            FireRules(relation, kind, frame);
            return;
        }

        // Before anything is passed over: a second write to the same table adds its rows.
        Touch(relation, kind.Access, kind.Rows);
        var columns = kind.Columns is null ? "" : string.Join(',', kind.Columns);
        if (!walk.Once((relation.Oid, kind.Access, kind.Recurse, kind.SetsDefaults, columns)))
        {
            return;
        }

        FireRules(relation, kind, frame);
        FireTriggers(relation, kind);
        Follow(relation, kind, frame);
        if (kind.Access == Access.Truncate)
        {
            return;
        }

        Evaluate(relation, kind);
        Policies(relation);
        walk.Types.TouchColumns(relation, written: true);
        ForeignKeysOf(relation, kind);
        foreach (var key in walk.Catalogue.Referencing(relation.Oid))
        {
            Cascade(key, kind, frame);
        }
    }

    private void Follow(RelationEntry relation, WriteKind kind, Frame frame)
    {
        if (relation.Kind == RelationKind.Foreign)
        {
            walk.Found.Opaque(relation.FullName, "a foreign table is written by code outside", Id(relation));
        }

        if (relation is { IsView: true, ViewText: { } text })
        {
            VisitView(relation, text, frame);
            BaseOf(relation, text, kind);
        }

        if (kind.Recurse && (kind.Access != Access.Insert || relation.Kind == RelationKind.Partitioned))
        {
            foreach (var child in walk.Catalogue.Children(relation.Oid))
            {
                Follow(child, entry => Write(entry, kind, frame));
            }
        }

        if (relation.Oid.IsBuiltIn && Findings.IsSystem(relation.SchemaName))
        {
            walk.Found.ChangesCatalogue();
            walk.Found.Risky(walk.Names.Database, "system catalogue", relation.Name);
        }
    }

    /// <summary>A view over one relation passes a write on to it.</summary>
    private void BaseOf(RelationEntry view, string text, WriteKind kind)
    {
        var parsed = walk.Definitions.Parse(text);
        if (parsed.Statements is not [{ Root: { Kind: "SelectStmt" } select }])
        {
            walk.Found.Unknown($"the definition of {view.FullName}");
            return;
        }

        // Columns of the view may have other names below.
        if (select.Nodes("fromClause") is [{ Kind: "RangeVar" } only])
        {
            Write(only, kind with { Columns = null, Rows = kind.Rows, Recurse = false }, new Frame(SearchPath.System));
        }
    }

    private void FireRules(RelationEntry relation, WriteKind kind, Frame frame)
    {
        foreach (var rule in walk.Catalogue.Rules[relation.Oid].Where(kind.Fires))
        {
            walk.VisitParts(
                rule.Definition,
                $"rule {rule.Name} on {relation.FullName}",
                new Frame(SearchPath.System, PlanOnly: frame.PlanOnly),
                "actions",
                "whereClause"
            );
        }
    }

    private void FireTriggers(RelationEntry relation, WriteKind kind)
    {
        var moves = kind.Access == Access.Update && relation.Kind is RelationKind.Partitioned;
        foreach (var trigger in walk.Catalogue.Triggers[relation.Oid].Where(trigger => kind.Fires(trigger, moves)))
        {
            walk.VisitParts(trigger.Definition, $"trigger {trigger.Name}", new Frame(SearchPath.System), "whenClause");
            walk.Functions.Touch(trigger.Function, new Frame(walk.Session.Path));
        }
    }

    /// <summary>Expressions that run with each new version of a row.</summary>
    private void Evaluate(RelationEntry relation, WriteKind kind)
    {
        if (kind.Access == Access.Delete)
        {
            return;
        }

        foreach (var column in walk.Catalogue.Columns[relation.Oid])
        {
            if (column.Generated || kind.UsesDefault(column.Name))
            {
                walk.VisitDefinition(column.Expression, "select ", $"{relation.FullName}.{column.Name}");
            }
        }

        foreach (var check in walk.Catalogue.Constraints[relation.Oid])
        {
            walk.VisitDefinition(check.Check, "select ", $"constraint {check.Name}");
        }

        Indexes(relation);
        if (relation.PartitionKey is { } key)
        {
            walk.VisitParts(
                $"create table x () partition by {key}",
                $"partition key of {relation.FullName}",
                new Frame(SearchPath.System),
                "partspec"
            );
        }
    }

    public void Indexes(RelationEntry relation)
    {
        foreach (var index in walk.Catalogue.Indexes[relation.Oid])
        {
            walk.VisitDefinition(index.Expressions, "select ", $"an index of {relation.FullName}");
            walk.VisitDefinition(index.Predicate, "select ", $"an index of {relation.FullName}");
        }
    }

    private void Policies(RelationEntry relation)
    {
        if (!relation.HasRowSecurity)
        {
            return;
        }

        foreach (var policy in walk.Catalogue.Policies[relation.Oid])
        {
            walk.VisitDefinition(policy.Using, "select ", $"policy {policy.Name}");
            walk.VisitDefinition(policy.Check, "select ", $"policy {policy.Name}");
        }
    }

    /// <summary>The check of a foreign key locks the row that is referred to.</summary>
    private void ForeignKeysOf(RelationEntry relation, WriteKind kind)
    {
        if (kind.Access is Access.Insert or Access.Update)
        {
            foreach (var key in walk.Catalogue.Constraints[relation.Oid].Where(entry => entry.Type == 'f'))
            {
                Follow(key.Referenced, entry => Touch(entry, Access.Read | Access.Lock));
            }
        }
    }

    private void Cascade(ConstraintEntry key, WriteKind kind, Frame frame)
    {
        var action = kind.Access switch
        {
            Access.Delete => key.OnDelete,
            Access.Update when Changes(key, kind) => key.OnUpdate,
            _ => ' ',
        };
        if (action == ' ')
        {
            return;
        }

        Follow(
            key.Relation,
            entry =>
            {
                if (action == 'c')
                {
                    Write(entry, new WriteKind(kind.Access) { Columns = ColumnsOf(key) }, frame);
                }
                else if (action is 'n' or 'd')
                {
                    Write(
                        entry,
                        new WriteKind(Access.Update) { Columns = ColumnsOf(key), SetsDefaults = action == 'd' },
                        frame
                    );
                }

                Touch(entry, Access.Read | Access.Lock);
            }
        );
    }

    private string[] ColumnsOf(ConstraintEntry key) => ColumnNames(key.Relation, key.Keys);

    private string[] ColumnNames(Oid relation, IReadOnlyList<int> numbers) =>
        [
            .. walk
                .Catalogue.Columns[relation]
                .Where(column => numbers.Contains(column.Number))
                .Select(column => column.Name),
        ];

    /// <summary>A trigger may change what the statement does not name.</summary>
    private bool Changes(ConstraintEntry key, WriteKind kind) =>
        kind.Columns is not { } changed
        || walk.Catalogue.Triggers[key.Referenced].Any()
        || ColumnNames(key.Referenced, key.ReferencedKeys).Any(changed.Contains);

    /// <summary>A relation that the catalogue names by its number.</summary>
    public void Follow(Oid oid, Action<RelationEntry> visit)
    {
        if (walk.Catalogue.Relation(oid) is { } entry)
        {
            walk.Later(() => visit(entry));
        }
        else
        {
            walk.Found.Unknown($"relation {oid} of the catalogue");
        }
    }

    public void Touch(RelationEntry relation, Access access, long? rows = null) =>
        walk.Found.Touch(
            new RelationName(relation.SchemaName, relation.Name),
            access,
            rows,
            relation.SchemaName == walk.Catalogue.Own.TemporarySchema
        );

    public Core.Estate.ResourceId Id(RelationEntry relation) => walk.Names.Relation(relation.SchemaName, relation.Name);
}
