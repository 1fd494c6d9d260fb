using System.Runtime.InteropServices;

namespace Homeostat.Core.Estate;

/// <summary>What is quickly known of a row, so that the sparse indexes are asked only where they have an answer.</summary>
[Flags]
internal enum NodeFlags : ushort
{
    None = 0,

    /// <summary>A record describes it; otherwise it was only referred to and nobody has looked.</summary>
    Seen = 1,
    Gone = 2,
    ConfigurationKnown = 4,
    HasContents = 8,
    HoldsCopies = 16,
    IsStandby = 32,
    HasStandbys = 64,
    IsGuard = 128,
    IsGuarded = 256,
    IsPrincipal = 512,
    IsService = 1024,
    HasContainers = 2048,
    HasData = 4096,

    /// <summary>It is a member of a group whose members must agree.</summary>
    MustAgree = 8192,
}

/// <summary>What a simulation reads of a resource, in less than a cache line.</summary>
[StructLayout(LayoutKind.Auto)]
internal record struct NodeRow
{
    public int FirstGroup;
    public int GroupCount;

    /// <summary>Declared units.</summary>
    public int Capacity;

    /// <summary>Units that work, by the last known states: the greatest fixpoint of the whole estate.</summary>
    public int Working;

    /// <summary>Unix seconds until which the evidence that it works counts; 0 = it does not.</summary>
    public uint WorksUntil;

    /// <summary>The least <see cref="WorksUntil"/> of everything that it transitively needs, itself included.</summary>
    public uint SupportUntil;

    public int Existence;
    public int StateSeen;
    public int Kind;
    public RunState State;

    /// <summary>Its own tier, or <see cref="NoTier"/>.</summary>
    public byte OwnTier;
    public Tier EffectiveTier;
    public NodeFlags Flags;

    public const byte NoTier = 255;

    public readonly bool Is(NodeFlags flag) => (Flags & flag) != NodeFlags.None;

    public readonly bool IsAlive => !Is(NodeFlags.Gone);

    /// <summary>Units it has when everything it needs is there.</summary>
    public readonly int Potential => IsAlive && State != RunState.Stopped ? Capacity : 0;
}

/// <summary>What is read of a resource to describe it or to select it.</summary>
[StructLayout(LayoutKind.Auto)]
internal record struct NodeDetail
{
    public int Location;
    public int Environments;
    public int Owner;

    /// <summary>Seconds; -1 = unknown.</summary>
    public int RebuildSeconds;
    public int ToleranceSeconds;

    /// <summary>-1 = nobody declared one.</summary>
    public int ExposureLimit;
}

/// <summary>A group of members of which <see cref="From"/> needs k units.</summary>
[StructLayout(LayoutKind.Auto)]
internal record struct GroupRow
{
    public int From;
    public int K;

    /// <summary>Σ working units of the members, by the last known states.</summary>
    public int Supply;
    public int Name;
    public int Seen;

    /// <summary>The supply of a group whose members disagree: too little whatever is added to it.</summary>
    public const int Disagreeing = -1_000_000_000;

    /// <summary>What is left of <paramref name="capacity"/> units: ⌊cap · min(k, supply) / k⌋.</summary>
    public readonly int Allows(int capacity, int supply) => Allowed(capacity, supply, K);

    public static int Allowed(int capacity, int supply, int k) =>
        supply >= k ? capacity : (int)((long)capacity * Math.Max(supply, 0) / k);
}

/// <summary>A copy of an asset.</summary>
[StructLayout(LayoutKind.Auto)]
internal record struct CopyRow
{
    public int Asset;
    public int Holder;
    public CopyRole Role;
    public int Domains;

    /// <summary>Ticks; -1 = nobody knows.</summary>
    public long AgeTicks;
    public int AgeSeen;

    /// <summary>UTC ticks; 0 = never.</summary>
    public long RestoreTestedTicks;

    public int Seen;
}

/// <summary>An asset and its setpoint.</summary>
[StructLayout(LayoutKind.Auto)]
internal record struct AssetRow
{
    public byte OwnTier;
    public Tier EffectiveTier;

    /// <summary>0 = the default of its tier.</summary>
    public int MinDurability;
    public Hazards Hazards;
    public long RecoveryPointLimitTicks;
}

[StructLayout(LayoutKind.Auto)]
internal record struct FactRow
{
    public int Key;
    public double Number;

    /// <summary>-1 = the value is the number.</summary>
    public int Text;
    public int Seen;
    public EvidenceClass Class;
}

/// <summary>Members that together can take over a service.</summary>
internal sealed record StandbyRow(string Name, int Service, int[] Members, int Seen);

[StructLayout(LayoutKind.Auto)]
internal record struct GuardRow(int Guard, int Guarded, GuardKind Kind, int Seen);

[StructLayout(LayoutKind.Auto)]
internal record struct GrantRow(int Principal, int Target, Privilege Privilege, int Seen);

/// <summary>Existence of the content hangs on the parent: by containment, or by encryption.</summary>
[StructLayout(LayoutKind.Auto)]
internal record struct ExistenceRow(int Parent, int Content, bool ByKey, int Seen);
