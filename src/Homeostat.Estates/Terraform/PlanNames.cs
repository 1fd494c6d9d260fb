using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform.Types;

namespace Homeostat.Estates.Terraform;

/// <summary>Where the thing that a changed resource is a part of stands.</summary>
internal enum OwnerKind
{
    /// <summary>Nothing that the plan shows or makes has the name.</summary>
    Unseen,

    /// <summary>The resource is a part of nothing.</summary>
    Self,
    Existing,

    /// <summary>The same plan makes it.</summary>
    New,
}

/// <summary>What a changed resource is a part of; the id is its own where that is not in the estate.</summary>
internal readonly record struct Owner(OwnerKind Kind, ResourceId Id)
{
    /// <summary>Whoever is let in here finds nothing that was there before the plan.</summary>
    public bool IsNew => Kind is OwnerKind.Self or OwnerKind.New;
}

/// <summary>Finds what the changes of a plan name: what is there before it, and what it makes.</summary>
internal sealed class PlanNames
{
    private readonly TypeTable _table;
    private readonly Named _prior;
    private readonly Named _made;
    private readonly HashSet<string> _removed;

    private readonly record struct Named(IReadOnlyList<TerraformInstance> Instances, IdentifierIndex Index);

    public PlanNames(
        IReadOnlyList<TerraformInstance> prior,
        IEnumerable<TerraformInstance> made,
        IEnumerable<string> removed,
        TypeTable table
    )
    {
        _table = table;
        _prior = new Named(prior, new IdentifierIndex(prior, table));
        var instances = made.ToList();
        _made = new Named(instances, new IdentifierIndex(instances, table));
        _removed = [.. removed];
    }

    public static PlanNames Of(PlanContent plan, TypeTable table) =>
        new(
            plan.Prior.Instances,
            plan.Changes.Where(change => change.Deferred is null && change.Actions.Contains("create"))
                .Select(change => new TerraformInstance
                {
                    Address = change.Address,
                    Type = change.Type,
                    Provider = change.Provider,
                    Values = change.After ?? ShownReader.NoValues,
                }),
            plan.Changes.Where(change => change.Deferred is null && change.Is("delete")).Select(change => change.Id),
            table
        );

    public IEnumerable<TerraformInstance> Made => _made.Instances;

    /// <summary>The plan destroys it and makes no other in its place.</summary>
    public bool Removes(ResourceId id) => _removed.Contains(id.Value);

    /// <summary>The instance of one of the types that the text identifies, before the plan or, failing that, made by it.</summary>
    public TerraformInstance? Find(string text, params IReadOnlyCollection<string> types) =>
        Find(_prior, text, types) ?? Find(_made, text, types);

    public Owner OwnerOf(PlanChange change)
    {
        var rule = _table.Of(change.Type);
        var own = new ResourceId(change.Id);
        var values = change.After ?? change.Before ?? ShownReader.NoValues;
        foreach (var path in rule.OwnerPaths)
        {
            IReadOnlyCollection<string> types = rule.References.Nearest(path)?.To is { } to ? [.. to] : [];
            if (values.First(path)?.AsText() is { Length: > 0 } text)
            {
                return Find(_prior, text, types) is { } existing
                        ? new Owner(OwnerKind.Existing, new ResourceId(existing.Id))
                    : Find(_made, text, types) is not null ? new Owner(OwnerKind.New, own)
                    : new Owner(OwnerKind.Unseen, own);
            }

            if (change.AfterUnknown?.Member(path)?.AsFlag() == true)
            {
                var isMade = _made.Instances.Any(instance => types.Contains(instance.Type));
                return new Owner(isMade ? OwnerKind.New : OwnerKind.Unseen, own);
            }
        }

        return new Owner(rule.OwnerPaths.Count == 0 ? OwnerKind.Self : OwnerKind.Unseen, own);
    }

    private static TerraformInstance? Find(Named named, string text, IReadOnlyCollection<string> types)
    {
        var found = new List<int>();
        named.Index.Find(text, found);
        return found
            .Select(index => named.Instances[index])
            .FirstOrDefault(instance => types.Count == 0 || types.Contains(instance.Type));
    }
}
