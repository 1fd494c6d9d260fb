using System.Collections.Frozen;
using System.Security.Cryptography;
using Homeostat.Core.Actions;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Postgres.Translating;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>What one statement means under one catalogue, search path and role, with what is asked again each time it runs.</summary>
internal sealed class Plan
{
    /// <summary>The settings by which texts are read, and all of them together; others change no effect of a statement.</summary>
    private static readonly FrozenSet<string> Read = FrozenSet.Create(
        StringComparer.Ordinal,
        "all",
        "search_path",
        "client_encoding",
        "standard_conforming_strings",
        "transform_null_equals",
        "backslash_quote",
        "role",
        "session_authorization",
        "session_replication_role"
    );

    public Plan(Translation translation, ReadOnlySpan<byte> text)
    {
        Translation = translation;
        Substitute = translation.Substitute is { } substitute ? new Substitute(substitute) : null;
        PayloadHash = Convert.ToHexStringLower(SHA256.HashData(text));
        OnlyLooks = Effect.AreAllReads(translation.Effects);
        TouchesMeaning =
            translation.Opaque.Count > 0 || translation.Settings.Any(setting => Read.Contains(setting.Name));
        TouchesCatalogue =
            translation.Opaque.Count > 0
            || (translation.ChangesCatalogue && translation.Step is not SessionStep.TransactionEnd);
    }

    private Plan(Plan same, ReadOnlySpan<byte> text)
    {
        Translation = same.Translation;
        PayloadHash = Convert.ToHexStringLower(SHA256.HashData(text));
        (OnlyLooks, TouchesMeaning, TouchesCatalogue) = (same.OnlyLooks, same.TouchesMeaning, same.TouchesCatalogue);
    }

    public Translation Translation { get; }

    /// <summary>What is forwarded instead of the statement; null where it goes as it came.</summary>
    public Substitute? Substitute { get; }

    /// <summary>SHA-256 of the client's text in lower-case hexadecimal.</summary>
    public string PayloadHash { get; }

    public bool OnlyLooks { get; }

    /// <summary>Statements after it may mean something else because a setting is another.</summary>
    public bool TouchesMeaning { get; }

    /// <summary>Statements after it may mean something else because the catalogue is another.</summary>
    public bool TouchesCatalogue { get; }

    /// <summary>It drops what is temporary, and nothing where the session has made nothing.</summary>
    public bool OnlyDiscards => Translation is { Command: "DISCARD", Opaque.Count: 0 };

    /// <summary>It looks at rows, or writes some, and does nothing else: another number in its text could make no other statement of it.</summary>
    public bool MayHoldForOthers =>
        Translation
            is {
                Command: "SELECT" or "INSERT" or "UPDATE" or "DELETE",
                Opaque.Count: 0,
                NotUnderstood.Count: 0,
                Missing.Count: 0,
                Settings.Count: 0,
                Step: null,
                Forbidden: null,
                ChangesCatalogue: false,
                DependsOnSession: false,
                TakesRows: false,
                Substitute: null,
            };

    /// <summary>Made without what a statement says in numbers, it says the same as the plan that was made with them.</summary>
    public bool HoldsFor(Plan plan) =>
        MayHoldForOthers
        && Translation.Command == plan.Translation.Command
        && Translation.Effects.SequenceEqual(plan.Translation.Effects);

    /// <summary>The same for another text that means the same.</summary>
    public Plan For(ReadOnlySpan<byte> text) => new(this, text);

    public bool Unsettles => TouchesMeaning || TouchesCatalogue;

    public bool EndsTransaction => Translation.Step is SessionStep.TransactionEnd;

    /// <summary>The server's answer to it must be followed.</summary>
    public bool IsFollowed =>
        !OnlyLooks || Unsettles || Translation is { Step: not null } or { TakesRows: true } or { Substitute: not null };

    /// <summary>Nothing of it is looked up by name in the catalogue: it means the same whatever was made or dropped.</summary>
    public bool NamesNothing =>
        Translation
            is {
                Read.Count: 0,
                Written.Count: 0,
                Locked.Count: 0,
                Planned.Count: 0,
                DependsOnSession: false,
                Substitute: null
            }
        && Translation.Effects.All(effect => effect is Effect.Read { Classification: "session" });
}
