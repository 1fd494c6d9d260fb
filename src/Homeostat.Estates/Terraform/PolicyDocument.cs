using System.Text.Json;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Terraform;

/// <summary>One thing that a policy allows.</summary>
internal readonly record struct PolicyGrant(string Principal, string Action, string Resource)
{
    public Privilege Privilege
    {
        get
        {
            var verb = Action[(Action.IndexOf(':', StringComparison.Ordinal) + 1)..];
            verb = verb.StartsWith("Batch", StringComparison.OrdinalIgnoreCase) ? verb["Batch".Length..] : verb;
            return IsSweeping(verb) || verb.StartsWith("Put*", StringComparison.OrdinalIgnoreCase)
                    ? Privilege.Administer
                : StartsWithAny(verb, "Delete", "Terminate", "Purge", "Remove", "Destroy") ? Privilege.Delete
                : StartsWithAny(verb, "Get", "List", "Describe", "Read", "Receive", "View", "Head") ? Privilege.Read
                : verb.Contains("Policy", StringComparison.OrdinalIgnoreCase)
                || StartsWithAny(verb, "Pass", "Assume")
                || StartsWithAny(Action, "iam:", "organizations:")
                    ? Privilege.Administer
                : Privilege.Write;
        }
    }

    /// <summary>A wildcard before there is a word: it stands for reading and deleting alike.</summary>
    private static bool IsSweeping(string verb) => verb.AsSpan().IndexOfAny('*', '?') is >= 0 and < 3;

    private static bool StartsWithAny(string verb, params ReadOnlySpan<string> starts)
    {
        foreach (var start in starts)
        {
            if (verb.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>An IAM policy document, as far as it can be compared with another.</summary>
/// <param name="Grants">What it allows; a condition is left out, which can only overstate it.</param>
/// <param name="Others">Statements that deny or that name what they do not mean, word by word.</param>
internal sealed record PolicyDocument(HashSet<PolicyGrant> Grants, HashSet<string> Others)
{
    public const string Anybody = "*";

    /// <summary>Some statement allows whatever it does not name.</summary>
    public bool IsOpenEnded { get; private set; }

    private static readonly string[] Negations = ["NotAction", "NotResource", "NotPrincipal"];

    /// <summary>An empty text allows nothing; null when the text is no policy.</summary>
    public static PolicyDocument? Read(string? text)
    {
        var policy = new PolicyDocument([], []);
        if (string.IsNullOrWhiteSpace(text))
        {
            return policy;
        }

        using var document = EmbeddedJson.Parse(text);
        if (document?.RootElement.Member("Statement") is not { } statements)
        {
            return null;
        }

        if (statements.ValueKind != JsonValueKind.Array)
        {
            policy.Add(statements);
            return policy;
        }

        foreach (var statement in statements.EnumerateArray())
        {
            policy.Add(statement);
        }

        return policy;
    }

    private void Add(JsonElement statement)
    {
        if (statement.Text("Effect") != "Allow" || Array.Exists(Negations, name => statement.Member(name) is not null))
        {
            Others.Add(statement.GetRawText());
            IsOpenEnded |= statement.Text("Effect") != "Deny";
            return;
        }

        var resources = Texts(statement.Member("Resource")).DefaultIfEmpty("").ToList();
        foreach (var principal in Principals(statement))
        {
            foreach (var action in Texts(statement.Member("Action")))
            {
                Grants.UnionWith(resources.Select(resource => new PolicyGrant(principal, action, resource)));
            }
        }
    }

    /// <summary>Empty text where the document belongs to its principal.</summary>
    private static IEnumerable<string> Principals(JsonElement statement) =>
        statement.Member("Principal") switch
        {
            null => [""],
            { ValueKind: JsonValueKind.Object } kinds => kinds.EnumerateObject().SelectMany(kind => Texts(kind.Value)),
            { } one => Texts(one),
        };

    private static IEnumerable<string> Texts(JsonElement? element) =>
        element switch
        {
            { ValueKind: JsonValueKind.String } text => [text.GetString()!],
            { ValueKind: JsonValueKind.Array } list => list.EnumerateArray()
                .Select(JsonReading.AsText)
                .OfType<string>(),
            _ => [],
        };
}

/// <summary>What the change of a policy document gives and takes.</summary>
internal static class PolicyChange
{
    /// <summary>Of a policy that is there already.</summary>
    public static IEnumerable<Effect> Of(ResourceId id, PlanChange change, AttributeChange attribute)
    {
        var holder = Holder(id, change);
        var before = PolicyDocument.Read(attribute.Before?.AsText());
        var after = attribute.IsUnknown ? null : PolicyDocument.Read(attribute.After?.AsText() ?? "");
        if (before is null || after is null || !before.Others.SetEquals(after.Others))
        {
            return
            [
                Rights.Given(id, holder, Privilege.Administer, change),
                AttributeEffects.Changed(id, attribute, ChangeImpact.Unknown),
            ];
        }

        var effects = new List<Effect>();
        foreach (var given in after.Grants.Except(before.Grants).GroupBy(grant => grant.Principal))
        {
            var privilege = given.Max(grant => grant.Privilege);
            effects.Add(
                given.Key == PolicyDocument.Anybody
                    ? new Effect.Expose(id, "anybody", privilege)
                    : Rights.Given(
                        id,
                        ResourceId.TryCreate(given.Key, out var named) ? named : holder,
                        privilege,
                        change
                    )
            );
        }

        if (effects.Count == 0 || before.Grants.Except(after.Grants).Any())
        {
            effects.Add(AttributeEffects.Changed(id, attribute, ChangeImpact.Unknown));
        }

        return effects;
    }

    /// <summary>
    /// Of a policy that the plan makes. What lets others in to something that the plan makes too opens nothing that was
    /// there, unless it lets in anybody; statements that deny take nothing from anybody who had it through this policy.
    /// </summary>
    public static IEnumerable<Effect> OfNew(ResourceId id, PlanChange change, AttributeChange attribute, Owner owner)
    {
        var holder = Holder(id, change);
        var policy = attribute.IsUnknown ? null : PolicyDocument.Read(attribute.After?.AsText() ?? "");
        if (policy is null or { IsOpenEnded: true })
        {
            yield return new Effect.Grant(id, holder, Privilege.Administer);
            yield break;
        }

        foreach (var given in policy.Grants.GroupBy(grant => grant.Principal))
        {
            var privilege = given.Max(grant => grant.Privilege);
            if (given.Key == PolicyDocument.Anybody)
            {
                yield return new Effect.Expose(owner.Id, "anybody", privilege);
            }
            else if (given.Key.Length == 0)
            {
                yield return new Effect.Grant(id, holder, privilege);
            }
            else if (!owner.IsNew)
            {
                // Whom nobody can place may stand for anything: it is judged as a right to everything.
                var reach = owner.Kind == OwnerKind.Existing ? privilege : Privilege.Administer;
                var principal = ResourceId.TryCreate(given.Key, out var named) ? named : holder;
                yield return new Effect.Grant(owner.Id, principal, reach);
            }
        }
    }

    /// <summary>Whom a document without principals speaks for: the role, user or group it is attached to, or itself.</summary>
    private static ResourceId Holder(ResourceId id, PlanChange change)
    {
        var values = change.After ?? change.Before ?? ShownReader.NoValues;
        var name = values.Text("role") ?? values.Text("user") ?? values.Text("group");
        return ResourceId.TryCreate(name, out var holder) ? holder : id;
    }
}
