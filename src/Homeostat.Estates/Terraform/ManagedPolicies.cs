using System.Text.Json;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Terraform;

/// <summary>What a role, a user or a group may do once a policy is attached to it by its ARN.</summary>
internal static class ManagedPolicies
{
    private const string PolicyType = "aws_iam_policy";
    private const string OfAws = ":aws:policy/";

    private static readonly string[] Administering = ["FullAccess", "Administrator", "PowerUser"];
    private static readonly string[] Reading = ["ReadOnly", "ViewOnly", "SecurityAudit"];

    public static IEnumerable<Effect> Of(ResourceId id, PlanChange change, PlanNames names)
    {
        var values = change.After ?? ShownReader.NoValues;
        var before = change.Before ?? ShownReader.NoValues;
        var path =
            values.Member("managed_policy_arns") is null && !IsUnknown(change, "managed_policy_arns")
                ? "policy_arn"
                : "managed_policy_arns";
        var old = Texts(before, path);
        var privileges = Texts(values, path)
            .Where(arn => IsMoved(before, values) || !old.Contains(arn))
            .Select(arn => PrivilegeOf(arn, names))
            .ToList();
        if (IsUnknown(change, path))
        {
            privileges.Add(OfAnyMade(names));
        }

        return privileges.Count == 0
            ? []
            : Principals(id, values).Select(principal => Rights.Given(id, principal, privileges.Max(), change));
    }

    /// <summary>Whom it is attached to has changed, so that every policy is new to somebody.</summary>
    private static bool IsMoved(JsonElement before, JsonElement values) =>
        ((string[])["role", "user", "group", "roles", "users", "groups"]).Any(name =>
            !Texts(before, name).SetEquals(Texts(values, name))
        );

    private static Privilege PrivilegeOf(string arn, PlanNames names) =>
        arn.Contains(OfAws, StringComparison.Ordinal) ? OfName(arn[(arn.LastIndexOf('/') + 1)..])
        : names.Find(arn, PolicyType) is { } policy ? OfDocument(policy.Values)
        : Privilege.Administer;

    /// <summary>AWS names its policies by what they allow; what a service or a job needs writes.</summary>
    private static Privilege OfName(string name) =>
        Array.Exists(Administering, word => name.Contains(word, StringComparison.OrdinalIgnoreCase))
            ? Privilege.Administer
        : Array.Exists(Reading, word => name.Contains(word, StringComparison.OrdinalIgnoreCase)) ? Privilege.Read
        : Privilege.Write;

    /// <summary>An ARN that is known only after apply is of a policy that the plan makes; which one, nobody says.</summary>
    private static Privilege OfAnyMade(PlanNames names) =>
        names
            .Made.Where(instance => instance.Type == PolicyType)
            .Select(instance => OfDocument(instance.Values))
            .DefaultIfEmpty(Privilege.Administer)
            .Max();

    private static Privilege OfDocument(JsonElement values) =>
        values.Text("policy") is { Length: > 0 } text && PolicyDocument.Read(text) is { IsOpenEnded: false } document
            ? document.Grants.Select(grant => grant.Privilege).DefaultIfEmpty(Privilege.Read).Max()
            : Privilege.Administer;

    private static List<ResourceId> Principals(ResourceId id, JsonElement values)
    {
        var named = ((string[])["role", "user", "group", "roles", "users", "groups"])
            .SelectMany(name => Texts(values, name))
            .Select(name => ResourceId.TryCreate(name, out var principal) ? principal : id)
            .Distinct()
            .ToList();
        return named.Count > 0 ? named : [id];
    }

    private static HashSet<string> Texts(JsonElement values, string path) =>
        [.. values.At(path).Select(JsonReading.AsText).OfType<string>().Where(text => text.Length > 0)];

    private static bool IsUnknown(PlanChange change, string path) =>
        change.AfterUnknown?.Member(path) is { } mark && ShownReader.HasTrue(mark);
}

/// <summary>Rights that a principal gets.</summary>
internal static class Rights
{
    /// <summary>
    /// On what the plan makes it is a grant. On what is there a right to everything is an exposure: revoking it does not
    /// bring back what was done with it.
    /// </summary>
    public static Effect Given(ResourceId id, ResourceId principal, Privilege privilege, PlanChange change) =>
        privilege == Privilege.Administer && !change.Is("create")
            ? new Effect.Expose(id, principal.Value, privilege) { Principals = 1 }
            : new Effect.Grant(id, principal, privilege);
}
