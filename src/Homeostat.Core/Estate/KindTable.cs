using System.Collections.Frozen;

namespace Homeostat.Core.Estate;

/// <summary>What can be done to a resource; a kind's transitions say which of these the model can follow.</summary>
[Flags]
public enum Operations : ushort
{
    None = 0,
    Create = 1 << 0,
    Change = 1 << 1,
    Destroy = 1 << 2,
    Start = 1 << 3,
    Stop = 1 << 4,
    Attach = 1 << 5,
    Detach = 1 << 6,
    Promote = 1 << 7,
    LoseData = 1 << 8,
    Expose = 1 << 9,
    Grant = 1 << 10,
    Revoke = 1 << 11,
    DisableGuard = 1 << 12,
    Read = 1 << 13,
    Delegate = 1 << 14,

    /// <summary>What every kind in the table has.</summary>
    Basic = Create | Change | Destroy | Attach | Detach | Read | Expose | Grant | Revoke | Delegate,
}

/// <summary>What the model knows of a kind.</summary>
/// <param name="Stateful">It holds content that a new one would not have.</param>
/// <param name="Operations">What the model can follow; anything else is deferred.</param>
public sealed record KindTraits(ResourceKind Kind, bool Stateful, Operations Operations)
{
    public bool OffersStop => Operations.HasFlag(Operations.Stop);
}

/// <summary>The kinds the model has transitions for. A kind that is not here is deferred whatever is done to it.</summary>
public static class KindTable
{
    private const Operations Running = Operations.Basic | Operations.Start | Operations.Stop;
    private const Operations Data = Operations.Basic | Operations.LoseData;
    private const Operations Guard = Operations.Basic | Operations.DisableGuard;

    private static readonly (string Name, bool Stateful, Operations Operations)[] Rows =
    [
        // logical
        ("service", false, Running),
        ("tenant", true, Data),
        ("application", false, Running),
        ("account", true, Operations.Basic),
        // compute
        ("compute-instance", false, Running),
        ("instance-group", false, Running),
        ("launch-template", false, Operations.Basic),
        ("container-cluster", false, Operations.Basic),
        ("container-service", false, Running),
        ("task-definition", false, Operations.Basic),
        ("function", false, Running),
        ("event-source-mapping", false, Running),
        ("host", false, Running),
        // data
        ("database", true, Data | Operations.Promote),
        ("database-replica", true, Data | Operations.Promote),
        ("database-cluster", true, Data | Operations.Promote),
        ("database-schema", true, Data),
        ("cache", true, Data | Operations.Promote),
        ("table", true, Data),
        ("bucket", true, Data),
        ("volume", true, Data),
        ("filesystem", true, Data),
        ("snapshot", true, Data),
        ("backup-vault", true, Data),
        ("queue", true, Data),
        ("stream", true, Data),
        ("log-group", true, Data),
        ("key", true, Operations.Basic | Operations.DisableGuard),
        ("secret", true, Data),
        // inside a database; what a view or an index shows is in the tables, a sequence and a materialized view have content of their own
        ("view", false, Operations.Basic),
        ("index", false, Operations.Basic),
        ("foreign-table", false, Operations.Basic),
        ("materialized-view", true, Data),
        ("sequence", true, Data),
        ("routine", false, Operations.Basic),
        ("type", false, Operations.Basic),
        ("trigger", false, Operations.Basic),
        ("rewrite-rule", false, Operations.Basic),
        ("extension", false, Operations.Basic),
        ("publication", false, Operations.Basic),
        ("session-object", false, Operations.Basic),
        ("replication-slot", true, Operations.Basic),
        ("tablespace", true, Operations.Basic),
        // traffic
        ("load-balancer", false, Operations.Basic),
        ("listener", false, Operations.Basic),
        ("listener-rule", false, Operations.Basic),
        ("target-group", false, Operations.Basic),
        ("target-attachment", false, Operations.Basic),
        ("topic", false, Operations.Basic),
        ("subscription", false, Operations.Basic),
        ("event-rule", false, Running),
        ("dns-zone", true, Operations.Basic),
        ("dns-record", false, Operations.Basic),
        ("health-check", false, Guard),
        ("cdn", false, Operations.Basic),
        ("api", false, Operations.Basic),
        ("certificate", true, Operations.Basic),
        // network
        ("network", false, Operations.Basic),
        ("subnet", false, Operations.Basic),
        ("subnet-group", false, Operations.Basic),
        ("route-table", false, Operations.Basic),
        ("route", false, Operations.Basic),
        ("network-gateway", false, Operations.Basic),
        ("address", true, Operations.Basic),
        ("security-group", false, Operations.Basic),
        ("security-rule", false, Operations.Basic),
        ("network-acl", false, Operations.Basic),
        ("association", false, Operations.Basic),
        // identity
        ("identity", false, Operations.Basic),
        ("policy", false, Operations.Basic),
        // configuration that works only through what refers to it
        ("configuration", false, Operations.Basic),
        // guards
        ("alarm", false, Guard),
        ("audit-trail", false, Guard),
        ("detector", false, Guard),
        ("backup-plan", false, Guard),
        ("deletion-protection", false, Guard),
    ];

    private static readonly FrozenDictionary<ResourceKind, KindTraits> Traits = Rows.Select(row => new KindTraits(
            new ResourceKind(row.Name),
            row.Stateful,
            row.Operations
        ))
        .ToFrozenDictionary(traits => traits.Kind);

    public static IReadOnlyCollection<KindTraits> All => Traits.Values;

    /// <summary>The kind's traits; of a kind that is not in the table: stateful, without any transition.</summary>
    public static KindTraits Of(ResourceKind kind) =>
        Traits.GetValueOrDefault(kind) ?? new KindTraits(kind, Stateful: true, Operations.None);
}
