using Homeostat.Core;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Scenarios;

/// <summary>Reads the relations that a resource's mapping states.</summary>
internal sealed class RelationFields(ResourceId subject, Evidence evidence, IdPatterns ids, ErrorList errors)
{
    private readonly List<Relation> _relations = [];

    public IReadOnlyList<Relation> Read(Fields fields)
    {
        ReadNeeds(fields);
        var contents = ids.Resources(fields, "contains", errors);
        _relations.AddRange(contents.Select(content => new Relation.Contains(subject, content)));
        _relations.AddRange(
            ids.Resources(fields, "encrypted-by", errors).Select(key => new Relation.EncryptedBy(subject, key))
        );
        foreach (var copy in fields.Maps("copies"))
        {
            ReadCopy(new Fields(copy, $"a copy on {subject}", errors));
        }

        foreach (var standby in fields.Maps("standbys"))
        {
            ReadStandby(new Fields(standby, $"a standby of {subject}", errors));
        }

        foreach (var guard in fields.Maps("guards"))
        {
            ReadGuard(new Fields(guard, $"what {subject} guards", errors));
        }

        foreach (var grant in fields.Maps("grants"))
        {
            ReadGrant(new Fields(grant, $"what {subject} may do", errors));
        }

        return _relations;
    }

    /// <summary>A name alone is a group of its own.</summary>
    private void ReadNeeds(Fields fields)
    {
        foreach (var item in fields.Items("needs"))
        {
            if (item is ScalarNode { Text: var name } && ResourceId.TryCreate(name, out var needed))
            {
                ids.RefuseUnknown(name, item, errors);
                _relations.Add(new Relation.Needs(subject, name, [needed]));
            }
            else if (item is MapNode map)
            {
                ReadGroup(new Fields(map, $"a need of {subject}", errors));
            }
            else
            {
                errors.Add(item, $"a need of {subject} is not {item.Shape}", "write an id, or {group, of, k}");
            }
        }
    }

    private void ReadGroup(Fields fields)
    {
        var name = fields.RequiredText("group", "databases");
        var members = ids.Resources(fields, "of", errors);
        var k = fields.Whole("k", 1, Limits.MaxCapacity) ?? 1;
        if (members.Count == 0)
        {
            RefuseEmpty(fields, $"group {name} of {subject} has no members");
        }
        else
        {
            _relations.Add(
                new Relation.Needs(subject, name, members, k)
                {
                    Seen = evidence.Read(fields, "seen"),
                    Agree = [.. fields.Maps("agree").Select(map => ReadAgreement(fields.Of(map, "an agreement")))],
                }
            );
        }

        fields.Done();
    }

    /// <summary>Members that are stated and fit nothing have been told already.</summary>
    private void RefuseEmpty(Fields fields, string problem)
    {
        if (fields.Texts("of") is not { Count: > 0 })
        {
            errors.Add(fields.Map, problem, "add `of: [id]`");
        }
    }

    /// <summary><c>{on: version, while: "feature = on"}</c></summary>
    private static Agreement ReadAgreement(Fields fields)
    {
        var key = fields.RequiredText("on", "version");
        string[] condition = (fields.Text("while") ?? "").Split(
            '=',
            2,
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
        );
        if (condition.Length == 1)
        {
            fields.Refuse(
                fields.Node("while")!,
                "an agreement holds while a fact has a value",
                "write `while: feature = on`"
            );
        }

        fields.Done();
        return condition.Length == 2
            ? new Agreement(key, condition[0], ResourceFields.ValueOf(new ScalarNode(fields.Line, condition[1], false)))
            : new Agreement(key);
    }

    private void ReadCopy(Fields fields)
    {
        var asset = fields.RequiredText("asset", "orders-data");
        var role = fields.Choice<CopyRole>("role") ?? CopyRole.Primary;
        var seen = evidence.Read(fields, "seen") ?? evidence.Fresh;
        var age = fields.Time("age");
        var tested = fields.Time("restore-tested");
        if (asset.Length > 0)
        {
            _relations.Add(
                new Relation.CopyOf(subject, new AssetId(asset), role)
                {
                    RecoveryPoint = age is { } known ? new RecoveryPoint(known, seen) : null,
                    RestoreTestedAt = tested is { } ago ? evidence.Now - ago : null,
                    Domains = Domains(fields),
                }
            );
        }

        fields.Done();
    }

    private List<FailureDomain>? Domains(Fields fields)
    {
        if (fields.MapOf("domains") is not { } map)
        {
            return null;
        }

        var domains = new List<FailureDomain>();
        foreach (var entry in map.Entries)
        {
            if (
                fields.ChoiceOf<Hazards>(entry.Value, "a failure domain", entry.Key) is { } hazard
                && entry.Value is ScalarNode name
            )
            {
                domains.Add(new FailureDomain(hazard, name.Text));
            }
        }

        return domains;
    }

    private void ReadStandby(Fields fields)
    {
        var name = fields.RequiredText("name", "dr");
        var members = ids.Resources(fields, "of", errors);
        if (members.Count == 0)
        {
            RefuseEmpty(fields, $"standby {name} of {subject} has no members");
        }
        else
        {
            _relations.Add(new Relation.StandbyFor(name, members, subject));
        }

        fields.Done();
    }

    private void ReadGuard(Fields fields)
    {
        var kind = fields.Choice<GuardKind>("kind") ?? GuardKind.Monitor;
        _relations.AddRange(
            ids.Resources(fields, "of", errors).Select(guarded => new Relation.Guards(subject, guarded, kind))
        );
        fields.Done();
    }

    private void ReadGrant(Fields fields)
    {
        var privilege = fields.Choice<Privilege>("privilege") ?? Privilege.Read;
        _relations.AddRange(
            ids.Resources(fields, "on", errors).Select(target => new Relation.Grants(subject, target, privilege))
        );
        fields.Done();
    }
}
