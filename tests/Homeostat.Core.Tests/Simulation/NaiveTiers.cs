using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Tests.Simulation;

/// <summary>Effective tiers by trying until nothing rises any more.</summary>
internal sealed class NaiveTiers
{
    private const int None = 4;

    private readonly RandomEstate _estate;
    private readonly Dictionary<string, int> _tiers = [];

    public NaiveTiers(RandomEstate estate)
    {
        _estate = estate;
        foreach (var resource in estate.Resources)
        {
            _tiers[resource.Id.Value] = (int?)resource.Tier ?? None;
        }

        foreach (var asset in estate.Assets)
        {
            _tiers[asset.Id.Value] = (int?)asset.Tier ?? None;
        }

        Flow();
        foreach (var untold in _tiers.Keys.Where(id => _tiers[id] == None).ToArray())
        {
            _tiers[untold] = 0;
        }

        Flow();
    }

    public Tier Of(ResourceId id) => (Tier)_tiers[id.Value];

    /// <summary>Of the subject of a variable.</summary>
    public Tier Of(VariableKind kind, string subject) =>
        kind == VariableKind.Durability ? (Tier)_tiers[subject] : Of(new ResourceId(subject.Split(' ')[0]));

    private void Flow()
    {
        while (_estate.Relations.Aggregate(false, (rose, relation) => Rises(relation) || rose))
        {
            // Until nothing rises.
        }
    }

    private bool Rises(Relation relation) =>
        relation switch
        {
            Relation.Needs needs => needs.Members.Aggregate(
                false,
                (rose, member) => Raise(member.Value, needs.From.Value) || rose
            ),
            Relation.StandbyFor standby => standby.Members.Aggregate(
                false,
                (rose, member) => Raise(member.Value, standby.Service.Value) || rose
            ),
            Relation.Contains contains => Raise(contains.Container.Value, contains.Content.Value),
            Relation.EncryptedBy encrypted => Raise(encrypted.Key.Value, encrypted.Content.Value),
            Relation.CopyOf { Role: <= CopyRole.Replica } copy => Raise(copy.Asset.Value, copy.Holder.Value)
                | Raise(copy.Holder.Value, copy.Asset.Value),
            Relation.CopyOf copy => Raise(copy.Holder.Value, copy.Asset.Value),
            _ => false,
        };

    private bool Raise(string id, string from)
    {
        var rises = _tiers[from] < _tiers[id];
        _tiers[id] = Math.Min(_tiers[id], _tiers[from]);
        return rises;
    }
}

/// <summary>The charge by its formula, over every variable of the estate.</summary>
internal static class NaiveCharge
{
    private static readonly double[] Weights = [1, 0.5, 0.1, 0.02];

    public static double Of(
        RandomEstate estate,
        Dictionary<(VariableKind Kind, string Subject), double> before,
        Dictionary<(VariableKind Kind, string Subject), double> after,
        Dictionary<(VariableKind Kind, string Subject), double> settled,
        TimeSpan longest
    )
    {
        var tiers = new NaiveTiers(estate);
        return before.Keys.Sum(variable =>
        {
            var tier = tiers.Of(variable.Kind, variable.Subject);
            var declared = estate.Assets.FirstOrDefault(asset => asset.Id.Value == variable.Subject)?.MinDurability;
            var growth =
                Stress(variable.Kind, tier, declared, IsTolerated(variable) ? settled[variable] : after[variable])
                - Stress(variable.Kind, tier, declared, before[variable]);
            return Weights[(int)tier] * Factor(variable.Kind) * Math.Max(0, growth);
        });

        bool IsTolerated((VariableKind Kind, string Subject) variable) =>
            variable.Kind == VariableKind.Availability
            && settled[variable] > after[variable]
            && longest <= estate.Resources.First(service => service.Id.Value == variable.Subject).OutageTolerance;
    }

    private static double Factor(VariableKind kind) =>
        kind switch
        {
            VariableKind.Headroom or VariableKind.GuardIntegrity => 0.05,
            VariableKind.Exposure => 0.5,
            _ => 1,
        };

    private static double Stress(VariableKind kind, Tier tier, int? declared, double x)
    {
        var (healthy, lethal) = kind switch
        {
            VariableKind.Durability => (declared ?? (tier <= Tier.One ? 2 : 1), 0),
            VariableKind.Recoverability => (tier == Tier.Zero ? 2 : 1, 0),
            VariableKind.Exposure => (1, 2),
            _ => (1, 0),
        };
        return Math.Clamp((healthy - x) / (healthy - lethal), 0, 1);
    }
}
