namespace Homeostat.Estates.Overlay;

/// <summary>The keys that one kind of mapping may have; its name is also that of its definition in the JSON Schema.</summary>
internal sealed record KeySet(string Name, params string[] Keys);

/// <summary>Every key that an overlay may have. docs/homeostat.schema.json says the same, and a test compares them.</summary>
internal static class OverlayKeys
{
    public static readonly KeySet Root = new(
        "overlay",
        "version",
        "defaults",
        "environments",
        "services",
        "resources",
        "assets",
        "restores",
        "freezes",
        "review",
        "shelfLives",
        "stress"
    );

    public static readonly KeySet Defaults = new("defaults", "tier", "environments");

    public static readonly KeySet Environment = new("environment", "mode");

    public static readonly KeySet Service = new(
        "service",
        "id",
        "tier",
        "owner",
        "environments",
        "capacity",
        "outageTolerance",
        "exposureLimit",
        "needs",
        "standbys",
        "assets"
    );

    public static readonly KeySet Need = new("need", "group", "k", "members");

    public static readonly KeySet Standby = new("standby", "name", "members");

    public static readonly KeySet Resource = new(
        "resource",
        "id",
        "match",
        "kind",
        "location",
        "exists",
        "tier",
        "owner",
        "environments",
        "capacity",
        "rebuildTime",
        "exposureLimit",
        "facts",
        "needs"
    );

    public static readonly KeySet Location = new("location", "provider", "account", "region", "zone");

    public static readonly KeySet Selector = new(
        "selector",
        "ids",
        "kinds",
        "labels",
        "environments",
        "owners",
        "providers",
        "accounts",
        "regions"
    );

    public static readonly KeySet Asset = new(
        "asset",
        "id",
        "tier",
        "minDurability",
        "hazards",
        "recoveryPointLimit",
        "copies"
    );

    public static readonly KeySet Copy = new(
        "copy",
        "holder",
        "role",
        "recoveryPointAge",
        "observedAt",
        "restoreTestedAt",
        "failureDomains"
    );

    public static readonly KeySet FailureDomains = new(
        "failureDomains",
        "volume",
        "zone",
        "region",
        "account",
        "key",
        "deletionAuthority"
    );

    public static readonly KeySet Restore = new("restore", "holder", "asset", "testedAt");

    public static readonly KeySet Freeze = new("freeze", "name", "reason", "from", "to", "every", "where");

    public static readonly KeySet Recurrence = new("recurrence", "days", "from", "to");

    public static readonly KeySet Review = new("review", "stressBudget", "maxResources", "maxIrreversible");

    public static readonly KeySet ShelfLives = new(
        "shelfLives",
        "metric",
        "replicationLag",
        "state",
        "existence",
        "backupAge",
        "restoreTest"
    );

    public static readonly KeySet Stress = new(
        "stress",
        "variables",
        "tierWeights",
        "criticalDurability",
        "criticalRecoverability",
        "stoppedStandby",
        "leakPerHop"
    );

    public static readonly KeySet Variables = new(
        "variables",
        "availability",
        "durability",
        "recoverability",
        "headroom",
        "guardIntegrity",
        "exposure",
        "spend"
    );

    public static readonly KeySet Variable = new("variable", "healthy", "lethal", "canBeLethal", "factor");

    public static IReadOnlyList<KeySet> All { get; } =
    [
        Root,
        Defaults,
        Environment,
        Service,
        Need,
        Standby,
        Resource,
        Location,
        Selector,
        Asset,
        Copy,
        FailureDomains,
        Restore,
        Freeze,
        Recurrence,
        Review,
        ShelfLives,
        Stress,
        Variables,
        Variable,
    ];
}
