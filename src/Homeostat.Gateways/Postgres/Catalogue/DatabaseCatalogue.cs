using System.Collections.Frozen;

namespace Homeostat.Gateways.Postgres.Catalogue;

/// <summary>What a database's system catalogue says, at one moment; never changed, replaced whole.</summary>
public sealed class DatabaseCatalogue
{
    private readonly FrozenDictionary<uint, RelationEntry> _relations;
    private readonly FrozenDictionary<(string, string), RelationEntry> _relationNames;
    private readonly FrozenDictionary<uint, FunctionEntry> _functions;
    private readonly ILookup<string, FunctionEntry> _functionNames;
    private readonly FrozenDictionary<uint, TypeEntry> _types;
    private readonly FrozenDictionary<(string, string), TypeEntry> _typeNames;
    private readonly ILookup<string, OperatorEntry> _operators;
    private readonly FrozenDictionary<string, SchemaEntry> _schemas;
    private readonly ILookup<Oid, ConstraintEntry> _referencing;
    private readonly ILookup<Oid, Oid> _children;
    private readonly ILookup<(uint, uint), Dependency> _dependents;
    private readonly FrozenDictionary<(uint, uint), ObjectEntry> _objects;
    private readonly ILookup<(string, string), ObjectEntry> _objectNames;
    private readonly FrozenDictionary<(uint, uint), string> _extensions;

    internal DatabaseCatalogue(CatalogueParts builtIn, CatalogueParts own)
    {
        Own = own;
        var relations = builtIn.Relations.Concat(own.Relations).ToArray();
        _relations = relations.ToFrozenDictionary(entry => entry.Oid.Value);
        _relationNames = relations.ToFrozenDictionary(entry => (entry.SchemaName, entry.Name));
        var functions = builtIn.Functions.Concat(own.Functions).ToArray();
        _functions = functions.ToFrozenDictionary(entry => entry.Oid.Value);
        _functionNames = functions.ToLookup(entry => entry.Name, StringComparer.Ordinal);
        var types = builtIn.Types.Concat(own.Types).ToArray();
        _types = types.ToFrozenDictionary(entry => entry.Oid.Value);
        _typeNames = types.ToFrozenDictionary(entry => (entry.SchemaName, entry.Name));
        _operators = own.Operators.ToLookup(entry => entry.Name, StringComparer.Ordinal);
        _schemas = own.Schemas.ToFrozenDictionary(entry => entry.Name, StringComparer.Ordinal);
        _referencing = own.Constraints.Where(entry => entry.Type == 'f').ToLookup(entry => entry.Referenced);
        _children = own.Inheritance.ToLookup(pair => pair.Parent, pair => pair.Child);
        _dependents = own.Dependencies.ToLookup(entry => (entry.On.Class, entry.On.Object));
        _objects = own.Objects.ToFrozenDictionary(entry => (entry.Class, entry.Oid.Value));
        _objectNames = builtIn
            .Objects.Concat(own.Objects)
            .Where(entry => entry.Names.Count > 0)
            .ToLookup(entry => (entry.Kind, entry.Names[^1]));
        var extensions = own.Extensions.ToDictionary(entry => entry.Oid.Value, entry => entry.Name);
        _extensions = own
            .Dependencies.Where(entry => entry.Type == 'e' && extensions.ContainsKey(entry.On.Object))
            .ToFrozenDictionary(
                entry => (entry.Dependent.Class, entry.Dependent.Object),
                entry => extensions[entry.On.Object]
            );
        Columns = own.Columns.ToLookup(entry => entry.Relation);
        Indexes = own.Indexes.ToLookup(entry => entry.Relation);
        Constraints = own.Constraints.ToLookup(entry => entry.Relation);
        DomainChecks = own.Constraints.ToLookup(entry => entry.Domain);
        Triggers = own.Triggers.ToLookup(entry => entry.Relation);
        Rules = own.Rules.ToLookup(entry => entry.Relation);
        Policies = own.Policies.ToLookup(entry => entry.Relation);
    }

    internal CatalogueParts Own { get; }
    internal ILookup<Oid, ColumnEntry> Columns { get; }
    internal ILookup<Oid, IndexEntry> Indexes { get; }
    internal ILookup<Oid, ConstraintEntry> Constraints { get; }
    internal ILookup<Oid, ConstraintEntry> DomainChecks { get; }
    internal ILookup<Oid, TriggerEntry> Triggers { get; }
    internal ILookup<Oid, RuleEntry> Rules { get; }
    internal ILookup<Oid, PolicyEntry> Policies { get; }

    internal SchemaEntry? Schema(string name) => _schemas.GetValueOrDefault(name);

    internal RelationEntry? Relation(Oid oid) => _relations.GetValueOrDefault(oid.Value);

    internal RelationEntry? Relation(string schema, string name) => _relationNames.GetValueOrDefault((schema, name));

    internal FunctionEntry? Function(Oid oid) => _functions.GetValueOrDefault(oid.Value);

    internal IEnumerable<FunctionEntry> Functions(string name) => _functionNames[name];

    internal TypeEntry? Type(Oid oid) => _types.GetValueOrDefault(oid.Value);

    internal TypeEntry? Type(string schema, string name) => _typeNames.GetValueOrDefault((schema, name));

    /// <summary>Operators that somebody made; those of the server are all without effect.</summary>
    internal IEnumerable<OperatorEntry> Operators(string name) => _operators[name];

    /// <summary>The foreign keys of other tables that refer to this one.</summary>
    internal IEnumerable<ConstraintEntry> Referencing(Oid relation) => _referencing[relation];

    /// <summary>Tables that inherit from this one, partitions included, one level down.</summary>
    internal IEnumerable<Oid> Children(Oid relation) => _children[relation];

    internal IEnumerable<Dependency> DependentsOf(uint catalogueClass, uint oid) => _dependents[(catalogueClass, oid)];

    /// <summary>What somebody made and has no entry of its own kind.</summary>
    internal ObjectEntry? Object(uint catalogueClass, Oid oid) =>
        _objects.GetValueOrDefault((catalogueClass, oid.Value));

    /// <summary>The extension that made the object; null where none did.</summary>
    internal string? ExtensionOf(uint catalogueClass, Oid oid) =>
        _extensions.GetValueOrDefault((catalogueClass, oid.Value));

    internal IEnumerable<ObjectEntry> Objects(string kind, string lastName) => _objectNames[(kind, lastName)];
}
