using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform.Types;

namespace Homeostat.Estates.Terraform;

/// <summary>Turns references into relations, as the type table says what each means.</summary>
internal sealed class RelationBuilder(
    IReadOnlyList<TerraformInstance> instances,
    IReadOnlyList<ResourceId> ids,
    ReferenceFinder finder,
    TypeTable table,
    Links links
)
{
    private readonly Lazy<ILookup<string, (int Index, TerraformAddress Address)>> _byConfiguration = new(() =>
        Enumerable
            .Range(0, instances.Count)
            .Where(index => instances[index].Deposed is null)
            .Select(index => (Index: index, Address: TerraformAddress.Parse(instances[index].Address)!))
            .Where(pair => pair.Address is not null)
            .ToLookup(pair => pair.Address.InConfiguration)
    );

    /// <summary>The queues that others put what they could not deliver into.</summary>
    public HashSet<int> DeadLetterQueues { get; } = [];

    public void Add(int from, Configuration? configuration)
    {
        var rule = table.Of(instances[from].Type);
        var found = finder.Of(from);
        foreach (var reference in found)
        {
            Add(from, reference.Path, reference.Rule ?? ReferenceRule.Default, reference.Target);
        }

        if (configuration is not null)
        {
            AddConfigured(from, rule, configuration, [.. found.Select(reference => reference.Path)]);
        }
        else if (!rule.IsKnown)
        {
            AddDependencies(from);
        }
    }

    private void Add(int from, string path, ReferenceRule rule, int target)
    {
        var roles = rule.Roles;
        var group = rule.Group ?? path;
        if (roles.HasFlag(ReferenceRoles.Needs))
        {
            links.NeedsEach(from, group, target);
        }

        if (roles.HasFlag(ReferenceRoles.NeedsAny))
        {
            links.NeedsAny(from, group, target);
        }

        if (roles.HasFlag(ReferenceRoles.Serves))
        {
            links.NeedsAny(target, group, from);
        }

        if (roles.HasFlag(ReferenceRoles.ServesAll))
        {
            links.NeedsEach(target, group, from);
        }

        if (roles.HasFlag(ReferenceRoles.ContainedIn))
        {
            links.Add(from, new Relation.Contains(ids[target], ids[from]));
        }

        if (roles.HasFlag(ReferenceRoles.EncryptedBy))
        {
            // Destroying the key ends the content; disabling it, or shutting everybody out, makes it unreadable meanwhile.
            var key = BehindAlias(target);
            links.Add(from, new Relation.EncryptedBy(ids[from], ids[key]));
            links.NeedsEach(from, "key", key);
        }

        if (roles.HasFlag(ReferenceRoles.DeadLetter))
        {
            DeadLetterQueues.Add(target);
        }

        if (roles.HasFlag(ReferenceRoles.Guards))
        {
            links.Add(
                from,
                new Relation.Guards(ids[from], ids[target], GuardKindOf(table.Of(instances[from].Type).Kind))
            );
        }
    }

    private int BehindAlias(int target)
    {
        var rule = table.Of(instances[target].Type);
        return
            rule.StandsFor is { } attribute
            && instances[target].Values.Text(attribute) is { } text
            && finder.Resolve(text, rule.References.Nearest(attribute)) is [var real, ..]
            ? real
            : target;
    }

    private static GuardKind GuardKindOf(ResourceKind kind) =>
        kind.Name switch
        {
            "audit-trail" => GuardKind.AuditTrail,
            "backup-plan" => GuardKind.BackupPlan,
            "detector" => GuardKind.Detector,
            "deletion-protection" => GuardKind.DeletionProtection,
            _ => GuardKind.Monitor,
        };

    /// <summary>
    /// A reference of the configuration counts where no value of the same attribute shows exactly whom it names: as a
    /// need, because what it stands for cannot be told apart from one.
    /// </summary>
    private void AddConfigured(int from, TypeRule rule, Configuration configuration, HashSet<string> matched)
    {
        if (TerraformAddress.Parse(instances[from].Address) is not { } address)
        {
            return;
        }

        foreach (var reference in configuration.ReferencesOf(address.InConfiguration))
        {
            var meaning = rule.References.Nearest(reference.Path);
            var counts = meaning is null || (meaning.Roles & ConfiguredRoles) != ReferenceRoles.None;
            if (counts && !IsShown(reference.Path, matched))
            {
                AddConfigured(from, address, reference, meaning);
            }
        }
    }

    /// <summary>A value at the attribute, or inside the JSON that the attribute holds, names somebody.</summary>
    private static bool IsShown(string path, HashSet<string> matched) =>
        matched.Contains(path)
        || matched.Any(shown =>
            shown.Length > path.Length && shown[path.Length] == '.' && shown.StartsWith(path, StringComparison.Ordinal)
        );

    private const ReferenceRoles ConfiguredRoles =
        ReferenceRoles.Needs | ReferenceRoles.NeedsAny | ReferenceRoles.ContainedIn | ReferenceRoles.EncryptedBy;

    private void AddConfigured(
        int from,
        TerraformAddress address,
        ConfiguredReference reference,
        ReferenceRule? meaning
    )
    {
        foreach (var target in reference.Targets)
        {
            foreach (var candidate in Candidates(from, address, target, reference.SameKey))
            {
                var type = instances[candidate].Type;
                if ((meaning?.To is null || meaning.To.Contains(type)) && !table.Of(type).IsValueOnly)
                {
                    var roles = meaning is null ? ReferenceRoles.Needs : meaning.Roles & ConfiguredRoles;
                    Add(from, reference.Path, new ReferenceRule(roles, meaning?.Group, null), candidate);
                }
            }
        }
    }

    private IEnumerable<int> Candidates(int from, TerraformAddress address, ConfiguredTarget target, bool sameKey)
    {
        var visible = _byConfiguration
            .Value[target.Address]
            .Where(pair => pair.Index != from && pair.Address.SharesModuleInstancesWith(address))
            .ToList();
        var key = target.Key is not null and not ("count.index" or "each.key" or "each.value") ? target.Key : null;
        var wanted = key ?? (sameKey || target.Key is not null ? address.Key : null);
        var exact = visible.Where(pair => wanted is not null && pair.Address.Key == wanted).ToList();
        return (exact.Count > 0 ? exact : visible).Select(pair => pair.Index);
    }

    /// <summary>
    /// A state without its configuration keeps only what an instance was made after. For a type that nobody wrote down
    /// it is the only reference there is, and is kept as a need.
    /// </summary>
    private void AddDependencies(int from)
    {
        var address = TerraformAddress.Parse(instances[from].Address);
        foreach (var dependency in instances[from].DependsOn)
        {
            var target = new ConfiguredTarget(StripKeys(dependency), null);
            foreach (var candidate in address is null ? [] : Candidates(from, address, target, sameKey: false))
            {
                if (!table.Of(instances[candidate].Type).IsValueOnly)
                {
                    links.NeedsEach(from, "dependencies", candidate);
                }
            }
        }
    }

    private static string StripKeys(string address) => TerraformAddress.Parse(address)?.InConfiguration ?? address;
}
