using Homeostat.Core.Estate;

namespace Homeostat.Estates.Inference;

/// <summary>What a guess is about.</summary>
public enum GuessKind : byte
{
    /// <summary>The subject is a service that nobody declared; the value is the resource where requests come in.</summary>
    Service,

    Environment,

    Tier,

    Owner,

    /// <summary>The subject may be able to take something over; nothing was changed.</summary>
    Standby,
}

/// <summary>Something that nobody wrote down and that was taken from a kind, a label or a name.</summary>
/// <param name="IsDefault">Nothing spoke for it: it is what holds where nothing says otherwise.</param>
public sealed record Guess(ResourceId Subject, GuessKind What, string Value, string Reason, bool IsDefault = false);

/// <summary>A listing in which guesses stand where nobody had said anything.</summary>
public sealed record InferredListing(IReadOnlyList<EstateChange> Changes, IReadOnlyList<Guess> Guesses);
