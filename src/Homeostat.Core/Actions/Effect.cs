using System.Collections.Frozen;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Actions;

/// <summary>What a change of a fact does to the work of its resource.</summary>
public enum ChangeImpact : byte
{
    /// <summary>Nobody knows: in some world the resource stops working until the change is undone.</summary>
    Unknown = 0,

    /// <summary>It is known to touch no function, no data and no guard (a tag, a description).</summary>
    Harmless,

    /// <summary>The resource is away for the effect's duration and then works again.</summary>
    Restart,

    /// <summary>The new value is the resource's declared capacity.</summary>
    Capacity,
}

/// <summary>How much of an asset a logical loss takes.</summary>
/// <param name="Rows">Rows or objects; null = all of them, or nobody knows.</param>
public readonly record struct Extent(long? Rows)
{
    public static Extent Everything { get; }
}

/// <summary>Whom effects can matter to, besides themselves, once they are permitted.</summary>
internal enum Reach : byte
{
    /// <summary>Anybody.</summary>
    Anything = 0,

    /// <summary>They change facts only, and those only where members of a group must agree.</summary>
    Facts,

    /// <summary>They change nothing in any world for anybody else: they look, or take rows of a copy that stays whole.</summary>
    Nothing,
}

/// <summary>How an effect can be undone.</summary>
/// <param name="Possible">Whether there is a way back at all.</param>
/// <param name="Needs">What must itself be alive for the way back to work.</param>
public sealed record Undo(bool Possible, string By, IReadOnlyList<ResourceId> Needs)
{
    /// <summary>How long the way back stays open; null = as long as what it needs lives.</summary>
    public TimeSpan? Within { get; init; }
}

/// <summary>
/// One concrete consequence of a request on one resource. The set is closed; what a translator cannot understand is
/// <see cref="Unknown"/>, never nothing.
/// </summary>
public abstract record Effect
{
    private Effect(ResourceId target) => Target = target;

    public ResourceId Target { get; }

    private static readonly FrozenDictionary<Operations, string> s_operationNames = Enum.GetValues<Operations>()
        .ToFrozenDictionary(operation => operation, operation => operation.ToString());

    /// <summary>When it happens, counted from execution; an expiry is an effect too.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>How long it lasts where it is passing (a restart); null = it stays, or nobody knows how long.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>It happens only where this holds; null = always. Where it is unknown both worlds are judged.</summary>
    public Predicate? Condition { get; init; }

    /// <summary>The way back; null = what the kind's transitions say.</summary>
    public Undo? Undo { get; init; }

    /// <summary>Taking away, never giving: more of these never loosen a verdict.</summary>
    public virtual bool IsDestructive => true;

    /// <summary>The name of the operation, in the words of the kind table.</summary>
    public abstract Operations Operation { get; }

    /// <summary>The same as a text; an enum of flags would put it together anew each time.</summary>
    internal string OperationName =>
        s_operationNames.TryGetValue(Operation, out var name) ? name : Operation.ToString();

    /// <summary>In a sentence, before the name of a resource.</summary>
    internal string Doing => this is Unknown ? "What is done to" : $"{Operation} of";

    /// <summary>Whether they only look; so does no effect at all.</summary>
    public static bool AreAllReads(IReadOnlyList<Effect> effects)
    {
        for (var at = 0; at < effects.Count; at++)
        {
            if (effects[at] is not Read)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The farthest reach of any of them; what the simulator does with a future must bear it out.</summary>
    internal static Reach ReachOf(IReadOnlyList<Effect> effects)
    {
        // No effect at all is no promise of anything.
        var reach = effects.Count == 0 ? Reach.Anything : Reach.Nothing;
        for (var at = 0; at < effects.Count && reach != Reach.Anything; at++)
        {
            reach = effects[at] switch
            {
                Read or LoseData { Extent.Rows: not null } => reach,
                Change { Impact: ChangeImpact.Harmless } => Reach.Facts,
                _ => Reach.Anything,
            };
        }

        return reach;
    }

    /// <summary>The resource ends, with what it contains and what it alone can decrypt.</summary>
    public sealed record Destroy(ResourceId Id) : Effect(Id)
    {
        public override Operations Operation => Operations.Destroy;

        /// <summary>A new one is made in its place right after; <see cref="Effect.Duration"/> says how long that takes.</summary>
        public bool Recreated { get; init; }
    }

    public sealed record Stop(ResourceId Id) : Effect(Id)
    {
        public override Operations Operation => Operations.Stop;
    }

    public sealed record Start(ResourceId Id) : Effect(Id)
    {
        public override bool IsDestructive => false;
        public override Operations Operation => Operations.Start;
    }

    /// <summary>A resource of this kind is made. It earns no credit until it has been observed.</summary>
    public sealed record Create(ResourceId Id, ResourceKind Kind) : Effect(Id)
    {
        public override bool IsDestructive => false;
        public override Operations Operation => Operations.Create;

        /// <summary>Where it will stand and what it will serve, where that is known.</summary>
        public Location Location { get; init; } = Location.Nowhere;

        public IReadOnlyList<string> Environments { get; init; } = [];

        /// <summary>Whether one of the effects makes the resource.</summary>
        internal static bool IsOneOf(IReadOnlyList<Effect> effects, ResourceId id)
        {
            for (var at = 0; at < effects.Count; at++)
            {
                if (effects[at] is Create && effects[at].Target == id)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>A fact gets a new value.</summary>
    public sealed record Change(ResourceId Id, string Key, FactValue Value, ChangeImpact Impact) : Effect(Id)
    {
        public override Operations Operation => Operations.Change;

        public override bool IsDestructive => Impact != ChangeImpact.Harmless;
    }

    /// <summary>
    /// The target no longer serves <paramref name="From"/>; with <paramref name="From"/> null it is only no longer
    /// managed (Terraform's <c>forget</c>) and goes on working.
    /// </summary>
    public sealed record Detach(ResourceId Id, ResourceId? From) : Effect(Id)
    {
        public override Operations Operation => Operations.Detach;
    }

    /// <summary>The target is joined to <paramref name="To"/>; a need that this creates counts at once, a help does not.</summary>
    public sealed record Attach(ResourceId Id, ResourceId To) : Effect(Id)
    {
        public override bool IsDestructive => false;
        public override Operations Operation => Operations.Attach;

        /// <summary>From now on the target does not work without <see cref="To"/>.</summary>
        public bool TargetNeedsIt { get; init; }
    }

    /// <summary>A copy becomes the primary; it stops following, and stops being anybody's standby.</summary>
    public sealed record Promote(ResourceId Id) : Effect(Id)
    {
        public override Operations Operation => Operations.Promote;
    }

    /// <summary>Content is lost while the holder lives: of one copy, or (no <see cref="OfCopyOnly"/>) wherever it is followed.</summary>
    public sealed record LoseData(ResourceId Id, AssetId Asset, Extent Extent) : Effect(Id)
    {
        public override Operations Operation => Operations.LoseData;

        /// <summary>A physical loss of this holder's copy; otherwise a logical loss that reaches every copy that follows.</summary>
        public bool OfCopyOnly { get; init; }
    }

    /// <summary>Others can reach the target from now on.</summary>
    public sealed record Expose(ResourceId Id, string To, Privilege What) : Effect(Id)
    {
        public override Operations Operation => Operations.Expose;

        /// <summary>How many principals that adds; <see cref="int.MaxValue"/> = anybody.</summary>
        public int Principals { get; init; } = int.MaxValue;
    }

    /// <summary>The principal may do this to the target from now on. Reading a credential is one.</summary>
    public sealed record Grant(ResourceId Id, ResourceId Principal, Privilege Privilege) : Effect(Id)
    {
        public override Operations Operation => Operations.Grant;
    }

    public sealed record Revoke(ResourceId Id, ResourceId Principal) : Effect(Id)
    {
        public override bool IsDestructive => false;
        public override Operations Operation => Operations.Revoke;
    }

    /// <summary>The guard goes on existing and no longer guards.</summary>
    public sealed record DisableGuard(ResourceId Id) : Effect(Id)
    {
        public override Operations Operation => Operations.DisableGuard;
    }

    public sealed record Read(ResourceId Id, string Classification) : Effect(Id)
    {
        public override bool IsDestructive => false;
        public override Operations Operation => Operations.Read;
    }

    /// <summary>A trigger that lets a principal act later; judged as everything that principal may do.</summary>
    public sealed record Delegate(ResourceId Id, ResourceId Principal, string Trigger) : Effect(Id)
    {
        public override Operations Operation => Operations.Delegate;
    }

    /// <summary>Something that the translator could not understand. It is deferred, and cannot be undone as far as anybody knows.</summary>
    public sealed record Unknown(ResourceId Id, string What) : Effect(Id)
    {
        public override Operations Operation => Operations.None;
    }
}
