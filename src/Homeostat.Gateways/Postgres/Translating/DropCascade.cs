using Homeostat.Core.Actions;
using Homeostat.Gateways.Postgres.Catalogue;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>
/// Follows <c>pg_depend</c> from what is dropped: parts of it always, what merely needs it with CASCADE alone. A part that
/// goes takes its owner along: a view's rule, a column's default.
/// </summary>
internal sealed class DropCascade(Walk walk, bool cascades)
{
    public const uint Relations = 1259;
    public const uint Functions = 1255;
    public const uint Types = 1247;
    public const uint Schemas = 2615;
    public const uint Extensions = 3079;
    private const uint Constraints = 2606;
    private const uint Rules = 2618;
    private const uint Defaults = 2604;

    public bool IsEmpty { get; private set; } = true;

    public void Start(uint catalogueClass, Oid oid)
    {
        IsEmpty = false;
        Visit(new ObjectAddress(catalogueClass, oid.Value, 0), 'n');
    }

    /// <param name="type">How it depends on what took it along: <c>n</c> for what stood on its own.</param>
    private void Visit(ObjectAddress address, char type)
    {
        if (!walk.Once((address, "drop", cascades)))
        {
            return;
        }

        Report(address, type);
        foreach (var entry in walk.Catalogue.DependentsOf(address.Class, address.Object))
        {
            var needsThisPart = address.Part == 0 || entry.On.Part == address.Part;
            if (needsThisPart && (cascades || entry.Type is not 'n') && !IsToast(entry))
            {
                walk.Later(() => Visit(entry.Dependent, entry.Type));
            }
        }

        if (address.Class is Rules or Relations && address.Part == 0)
        {
            foreach (var owner in Owners(address))
            {
                walk.Later(() => Visit(owner, 'n'));
            }
        }
    }

    /// <summary>The catalogue leaves out where a table keeps its long values: they are the table's.</summary>
    private bool IsToast(Dependency entry) =>
        entry is { Type: 'i', On.Class: Relations, Dependent.Class: Relations }
        && walk.Catalogue.Relation(new Oid(entry.Dependent.Object)) is null;

    private IEnumerable<ObjectAddress> Owners(ObjectAddress address) =>
        walk
            .Catalogue.Own.Dependencies.Where(entry =>
                entry.Dependent.Class == address.Class
                && entry.Dependent.Object == address.Object
                && entry.Type == 'i'
                && entry.On.Part == 0
            )
            .Select(entry => entry.On)
            .Where(owner => owner.Class == Relations);

    private void Report(ObjectAddress address, char edge)
    {
        var oid = new Oid(address.Object);
        switch (address.Class)
        {
            case Relations when walk.Catalogue.Relation(oid) is { } relation:
                Report(relation, address.Part);
                break;
            case Functions when walk.Catalogue.Function(oid) is { } function:
                walk.Found.Add(new Effect.Destroy(walk.Functions.Id(function)));
                break;
            case Types when walk.Catalogue.Type(oid) is { Kind: not 'c' } type && !IsArray(type):
                walk.Found.Add(new Effect.Destroy(walk.Objects.Of(type)));
                break;
            case Schemas when walk.Catalogue.Own.Schemas.FirstOrDefault(entry => entry.Oid == oid) is { } schema:
                walk.Found.Add(new Effect.Destroy(walk.Names.Object("schema", [schema.Name])));
                break;
            case Extensions
                when walk.Catalogue.Own.Extensions.FirstOrDefault(entry => entry.Oid == oid) is { } extension:
                walk.Found.Add(new Effect.Destroy(walk.Names.Object("extension", [extension.Name])));
                break;
            case Constraints:
                Report(walk.Catalogue.Own.Constraints.FirstOrDefault(entry => entry.Oid == oid));
                break;
            case Types or Rules or Defaults:
                break;
            case var other when walk.Catalogue.Object(other, oid) is { } named:
                Report(named, edge);
                break;
            default:
                walk.Found.Risky(walk.Names.Database, "dropped", $"object {address.Object} of class {address.Class}");
                break;
        }
    }

    private static bool IsArray(TypeEntry type) =>
        type is { Kind: 'b', Element.IsNone: false } && type.Name.StartsWith('_');

    /// <summary>A trigger, policy or rule that goes while its table stays guards it no more.</summary>
    private void Report(ObjectEntry named, char edge)
    {
        if (named.Kind == "internal")
        {
            return;
        }

        var id = walk.Objects.Of(named);
        walk.Found.Add(new Effect.Destroy(id));
        if (edge == 'n' && ObjectKinds.IsOfRelation(named.Kind))
        {
            walk.Found.Add(new Effect.DisableGuard(id));
        }
    }

    private void Report(ConstraintEntry? constraint)
    {
        if (constraint is not null && walk.Catalogue.Relation(constraint.Relation) is { } table)
        {
            walk.Found.Risky(walk.Relations.Id(table), "constraint", "dropped");
        }
    }

    private void Report(RelationEntry relation, int part)
    {
        if (part > 0)
        {
            walk.Relations.Touch(relation, Access.Update);
        }
        else if (relation.HoldsRows)
        {
            walk.Relations.Touch(relation, Access.Drop);
        }
        else if (relation.Kind is RelationKind.Index or RelationKind.PartitionedIndex)
        {
            walk.Found.Risky(walk.Relations.Id(relation), "index", "dropped");
        }
        else
        {
            walk.Found.Add(new Effect.Destroy(walk.Objects.Of(relation)));
        }
    }
}
