using System.Security.Cryptography;
using Homeostat.Core.Actions;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Postgres.Translating;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>What one statement means under one catalogue, search path and role, with what is asked again each time it runs.</summary>
internal sealed class Plan
{
    public Plan(Translation translation, ReadOnlySpan<byte> text)
    {
        Translation = translation;
        PayloadHash = Convert.ToHexStringLower(SHA256.HashData(text));
        OnlyLooks = Effect.AreAllReads(translation.Effects);
        TouchesMeaning = translation.Opaque.Count > 0 || translation.Settings.Any(setting => setting.ChangesMeaning);
        TouchesCatalogue =
            translation.Opaque.Count > 0
            || (translation.ChangesCatalogue && translation.Step is not SessionStep.TransactionEnd);
    }

    public Translation Translation { get; }

    /// <summary>SHA-256 of the text in lower-case hexadecimal.</summary>
    public string PayloadHash { get; }

    public bool OnlyLooks { get; }

    /// <summary>Statements after it may mean something else because a setting is another.</summary>
    public bool TouchesMeaning { get; }

    /// <summary>Statements after it may mean something else because the catalogue is another.</summary>
    public bool TouchesCatalogue { get; }

    public bool Unsettles => TouchesMeaning || TouchesCatalogue;

    public bool EndsTransaction => Translation.Step is SessionStep.TransactionEnd;

    /// <summary>The server's answer to it must be followed.</summary>
    public bool IsFollowed => !OnlyLooks || Unsettles || Translation is { Step: not null } or { TakesRows: true };

    /// <summary>Nothing of it is looked up by name in the catalogue: it means the same whatever was made or dropped.</summary>
    public bool NamesNothing =>
        Translation is { Read.Count: 0, Written.Count: 0, Locked.Count: 0, Planned.Count: 0, DependsOnSession: false }
        && Translation.Effects.All(effect => effect is Effect.Read { Classification: "session" });
}
