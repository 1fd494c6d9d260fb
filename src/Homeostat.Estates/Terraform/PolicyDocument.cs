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
            return verb == "*" || verb.StartsWith("Put*", StringComparison.OrdinalIgnoreCase) ? Privilege.Administer
                : StartsWithAny(verb, "Delete", "Terminate", "Purge", "Remove", "Destroy") ? Privilege.Delete
                : StartsWithAny(verb, "Get", "List", "Describe", "Read", "Receive", "View", "Head", "Batch")
                    ? Privilege.Read
                : verb.Contains("Policy", StringComparison.OrdinalIgnoreCase) || StartsWithAny(verb, "Pass", "Assume")
                    ? Privilege.Administer
                : Privilege.Write;
        }
    }

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
    public static IEnumerable<Effect> Of(ResourceId id, PlanChange change, AttributeChange attribute)
    {
        var holder = Holder(id, change);
        var before = PolicyDocument.Read(attribute.Before?.AsText());
        var after = attribute.IsUnknown ? null : PolicyDocument.Read(attribute.After?.AsText() ?? "");
        if (before is null || after is null || !before.Others.SetEquals(after.Others))
        {
            return
            [
                new Effect.Grant(id, holder, Privilege.Administer),
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
                    : new Effect.Grant(id, ResourceId.TryCreate(given.Key, out var named) ? named : holder, privilege)
            );
        }

        if (effects.Count == 0 || before.Grants.Except(after.Grants).Any())
        {
            effects.Add(AttributeEffects.Changed(id, attribute, ChangeImpact.Unknown));
        }

        return effects;
    }

    /// <summary>Whom a document without principals speaks for: the role, user or group it is attached to, or itself.</summary>
    private static ResourceId Holder(ResourceId id, PlanChange change)
    {
        var values = change.After ?? change.Before ?? ShownReader.NoValues;
        var name = values.Text("role") ?? values.Text("user") ?? values.Text("group");
        return ResourceId.TryCreate(name, out var holder) ? holder : id;
    }
}
