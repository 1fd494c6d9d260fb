using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform.Types;

namespace Homeostat.Estates.Terraform;

/// <summary>
/// Who may do what to whom, as far as policy documents name both: a role through its inline policies and the policies
/// attached to it, and any principal that a resource's own policy names. A wildcard over a whole service names nobody.
/// </summary>
internal sealed class Grants(
    IReadOnlyList<TerraformInstance> instances,
    IReadOnlyList<ResourceId> ids,
    ReferenceFinder finder,
    TypeTable table,
    Links links
)
{
    private readonly record struct Allowed(int Target, Privilege Privilege);

    private readonly Dictionary<int, List<Allowed>> _ofPolicy = [];

    public void Add()
    {
        for (var i = 0; i < instances.Count; i++)
        {
            foreach (var path in table.Of(instances[i].Type).PolicyPaths)
            {
                if (instances[i].Values.First(path)?.AsText() is { } text)
                {
                    AddDocument(i, text);
                }
            }
        }

        if (_ofPolicy.Count > 0)
        {
            AddAttached();
        }
    }

    private void AddDocument(int policy, string text)
    {
        foreach (var grant in PolicyDocument.Read(text)?.Grants ?? [])
        {
            var targets = finder.Resolve(grant.Resource, null);
            if (grant.Principal.Length > 0)
            {
                foreach (var principal in finder.Resolve(grant.Principal, null))
                {
                    AddGrants(principal, targets, grant.Privilege);
                }
            }
            else if (Holder(policy) is { } holder)
            {
                AddGrants(holder, targets, grant.Privilege);
            }
            else
            {
                Remember(policy, targets, grant.Privilege);
            }
        }
    }

    /// <summary>The role, user or group that an inline policy belongs to.</summary>
    private int? Holder(int policy)
    {
        var rule = table.Of(instances[policy].Type);
        foreach (var attribute in (ReadOnlySpan<string>)["role", "user", "group"])
        {
            if (
                instances[policy].Values.Text(attribute) is { Length: > 0 } name
                && rule.References.Nearest(attribute) is { To: not null } reference
                && finder.Resolve(name, reference) is [var holder, ..]
            )
            {
                return holder;
            }
        }

        return null;
    }

    private void Remember(int policy, List<int> targets, Privilege privilege)
    {
        if (!_ofPolicy.TryGetValue(policy, out var allowed))
        {
            _ofPolicy[policy] = allowed = [];
        }

        allowed.AddRange(targets.Select(target => new Allowed(target, privilege)));
    }

    private void AddAttached()
    {
        for (var i = 0; i < instances.Count; i++)
        {
            if (
                instances[i].Values.Text("policy_arn") is { } arn
                && Holder(i) is { } holder
                && finder.Resolve(arn, null) is [var policy, ..]
                && _ofPolicy.TryGetValue(policy, out var allowed)
            )
            {
                foreach (var grant in allowed)
                {
                    AddGrants(holder, [grant.Target], grant.Privilege);
                }
            }
        }
    }

    private void AddGrants(int principal, List<int> targets, Privilege privilege)
    {
        foreach (var target in targets.Where(target => target != principal))
        {
            links.Add(principal, new Relation.Grants(ids[principal], ids[target], privilege));
        }
    }
}
