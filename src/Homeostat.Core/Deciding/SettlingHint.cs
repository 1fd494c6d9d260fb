using Homeostat.Core.Actions;
using Homeostat.Core.Critics;
using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Deciding;

/// <summary>What a person would have to say of the estate for a finding to go away.</summary>
public enum SettlingKind : byte
{
    /// <summary>Nothing that an overlay can say.</summary>
    None = 0,

    /// <summary>The tier of a resource to which nobody gave one.</summary>
    Tier,

    /// <summary>That somebody restored from the backups of an asset and looked at the result.</summary>
    TestedRestore,

    /// <summary>How many losses an asset must survive.</summary>
    Durability,

    /// <summary>How many principals may reach a resource.</summary>
    ExposureLimit,

    /// <summary>How long a service may be away, in seconds.</summary>
    OutageTolerance,

    /// <summary>How long a class of evidence counts; the subject is the class, the value seconds.</summary>
    ShelfLife,

    /// <summary>That a resource exists as the source last said.</summary>
    Exists,

    /// <summary>What a resource is that no source lists.</summary>
    Declaration,

    /// <summary>The value of a fact that no source reports; the value is the fact's name.</summary>
    Fact,
}

/// <summary>One such statement: of what, and with which value where one follows from the case.</summary>
public sealed record SettlingHint(SettlingKind Kind, string Subject, string Value = "-")
{
    public static SettlingHint Nothing { get; } = new(SettlingKind.None, "");

    /// <summary>What would settle a finding of a case that was refused; nothing where no overlay could.</summary>
    public static SettlingHint Of(Finding finding, CaseFile file) =>
        finding.Test switch
        {
            HomeostasisTest.Unseen => new(SettlingKind.Declaration, finding.Path[0]),
            HomeostasisTest.Lethal or HomeostasisTest.Budget when finding.LookAt.Count > 0 => OfStale(finding, file),
            HomeostasisTest.Lethal or HomeostasisTest.Budget => OfVariable(finding, file),
            IrreversibilityRule.Irreversible => OfIrreversible(finding, file),
            "critic.freshness" => new(SettlingKind.Exists, finding.Path[0]),
            "critic.premise" => OfPremise(finding, file),
            _ => Nothing,
        };

    /// <summary>As a row of a ledger entry: the subject is last, because it may hold anything.</summary>
    internal string ToRow() => Kind == SettlingKind.None ? "" : $"{Kind} {Value} {Subject}";

    /// <summary>Nothing where the row was cut, or written by a later version.</summary>
    internal static SettlingHint OfRow(string row)
    {
        var words = row.Split(' ', 3);
        return words.Length == 3 && !DecisionRecord.IsCut(row) && Enum.TryParse<SettlingKind>(words[0], out var kind)
            ? new SettlingHint(kind, words[2], words[1])
            : Nothing;
    }

    private static SettlingHint OfStale(Finding finding, CaseFile file)
    {
        var id = finding.LookAt[0];
        if (file.Estate.Describe(id) is not { } resource)
        {
            return new(SettlingKind.Declaration, id.Value);
        }

        if (!resource.Existence.IsFreshAt(file.Now, file.Estate.ShelfLives.Existence))
        {
            return new(SettlingKind.Exists, id.Value);
        }

        return (resource.StateSeen ?? resource.Existence).AgeAt(file.Now) is { } age
            ? new(SettlingKind.ShelfLife, nameof(EvidenceClass.State), Seconds(age))
            : Nothing;
    }

    private static SettlingHint OfVariable(Finding finding, CaseFile file)
    {
        var subject = finding.Path.Count > 0 ? finding.Path[^1] : "";
        var reading = file.Assessment.Variables.FirstOrDefault(row => row.Subject == subject);
        switch (reading?.Kind)
        {
            case VariableKind.Durability when reading.After >= 1:
                return new(SettlingKind.Durability, subject, $"{(int)reading.After}");
            case VariableKind.Recoverability:
                return UntestedBackup(file, subject) is { } asset
                    ? new(SettlingKind.TestedRestore, asset.Value)
                    : Nothing;
            case VariableKind.Exposure
                when ResourceOf(file, subject) is { ExposureLimit: { } limit } && double.IsFinite(reading.After):
                return new(SettlingKind.ExposureLimit, subject, $"{(long)Math.Ceiling(limit * reading.After)}");
            case VariableKind.Availability when file.Request.Effects.All(effect => effect.Duration is not null):
                var longest = file.Request.Effects.Max(effect => effect.Delay + effect.Duration!.Value);
                return new(SettlingKind.OutageTolerance, subject, Seconds(longest));
            case VariableKind.Availability when ResourceOf(file, subject) is { Tier: null }:
                return new(SettlingKind.Tier, subject, "3");
            default:
                return Nothing;
        }
    }

    /// <summary>A resource that nothing needs and nobody ranked counts as tier 0.</summary>
    private static SettlingHint OfIrreversible(Finding finding, CaseFile file)
    {
        var loss = file.Consequences.Irreversible.FirstOrDefault(loss =>
            finding.Path.Contains(loss.Effect.Target.Value)
            && loss.Tier <= Tier.One
            && file.Request.Goal?.Names(loss.Subject) == true
            && ResourceOf(file, loss.Subject.Value) is { Tier: null }
            && file.Estate.Tables.MemberOf.Of(file.Estate.Find(loss.Subject)).Length == 0
        );
        return loss is null ? Nothing : new(SettlingKind.Tier, loss.Subject.Value, "2");
    }

    private static SettlingHint OfPremise(Finding finding, CaseFile file)
    {
        var premise = file.Request.Premises.FirstOrDefault(premise =>
            premise.Subject.Value == finding.Path[0]
            && file.Estate.Evaluate(premise, file.Now) == Truth.Unknown
            && finding.Reason.Contains($"\"{premise}\"", StringComparison.Ordinal)
        );
        if (premise is null)
        {
            return Nothing;
        }

        return
            file.Estate.FindFact(premise.Subject, premise.Key) is { } fact
            && fact.Provenance.AgeAt(file.Now) is { } age
            && age > TimeSpan.Zero
            ? new(SettlingKind.ShelfLife, $"{fact.Class}", Seconds(age))
            : new(SettlingKind.Fact, premise.Subject.Value, premise.Key.Replace(' ', '_'));
    }

    private static AssetId? UntestedBackup(CaseFile file, string service)
    {
        var tables = file.Estate.Tables;
        foreach (var asset in tables.AssetsOfService.Of(file.Estate.Find(new ResourceId(service))))
        {
            foreach (var at in tables.CopiesOfAsset.Of(asset))
            {
                var id = file.Estate.AssetIdOf(asset);
                var holder = file.Estate.IdOf(file.Estate.Copy(at).Holder);
                if (file.Estate.RelationsOf(holder).Any(relation => IsUntested(relation, id)))
                {
                    return id;
                }
            }
        }

        return null;
    }

    private static bool IsUntested(Relation relation, AssetId asset) =>
        relation is Relation.CopyOf { Role: CopyRole.Backup, RestoreTestedAt: null } copy && copy.Asset == asset;

    private static Resource? ResourceOf(CaseFile file, string name) =>
        ResourceId.TryCreate(name, out var id) ? file.Estate.Describe(id) : null;

    private static string Seconds(TimeSpan span) => $"{(long)Math.Ceiling(span.TotalSeconds)}";
}
