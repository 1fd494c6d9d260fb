using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Tests.Simulation;

/// <summary>
/// The simulation written again, slowly and from the records alone: everything is recomputed for the whole estate, before
/// and after. All evidence counts as fresh.
/// </summary>
internal sealed partial class NaiveEstate(RandomEstate records)
{
    private readonly HashSet<ResourceId> _gone = [];
    private readonly HashSet<ResourceId> _stopped =
    [
        .. records.Resources.Where(resource => resource.State == RunState.Stopped).Select(resource => resource.Id),
    ];
    private readonly Dictionary<ResourceId, int> _capacity = records.Resources.ToDictionary(
        resource => resource.Id,
        resource => resource.Capacity
    );
    private readonly HashSet<(ResourceId Member, ResourceId From)> _detached = [];
    private readonly List<(ResourceId From, ResourceId To)> _leans = [];
    private readonly HashSet<Relation.CopyOf> _lost = [];
    private readonly HashSet<ResourceId> _disabled = [];
    private readonly HashSet<ResourceId> _promoted = [];
    private readonly Dictionary<(ResourceId Target, string By, Privilege What), int> _reachedBy = [];

    public NaiveEstate After(params IEnumerable<Effect> effects)
    {
        var after = new NaiveEstate(records);
        foreach (var effect in effects)
        {
            after.Apply(effect);
        }

        return after;
    }

    public bool IsAlive(ResourceId id) => !_gone.Contains(id);

    /// <summary>The greatest fixpoint over the whole estate, by trying until nothing changes.</summary>
    public Dictionary<ResourceId, int> Working()
    {
        var working = records.Resources.ToDictionary(
            resource => resource.Id,
            resource => IsAlive(resource.Id) && !_stopped.Contains(resource.Id) ? _capacity[resource.Id] : 0
        );
        bool fell;
        do
        {
            fell = false;
            foreach (var needs in records.Relations.OfType<Relation.Needs>())
            {
                long supply = needs.Members.Where(member => Serves(member, needs.From)).Sum(member => working[member]);
                var allowed = (int)(_capacity[needs.From] * Math.Min(needs.K, supply) / needs.K);
                fell |= Lower(working, needs.From, allowed);
            }

            foreach (var (from, to) in _leans)
            {
                fell |= working.GetValueOrDefault(to) == 0 && Lower(working, from, 0);
            }
        } while (fell);

        return working;
    }

    /// <summary>Every essential variable of the estate.</summary>
    public Dictionary<(VariableKind Kind, string Subject), double> Variables()
    {
        var working = Working();
        var variables = new Dictionary<(VariableKind, string), double>();
        foreach (var service in records.Resources.Where(resource => resource.Kind.Name == "service"))
        {
            variables[(VariableKind.Availability, service.Id.Value)] = (double)working[service.Id] / service.Capacity;
            if (
                records.Relations.OfType<Relation.StandbyFor>().Any(standby => standby.Service == service.Id)
                || AssetsOf(service.Id).Count > 0
            )
            {
                variables[(VariableKind.Recoverability, service.Id.Value)] = WaysBack(service.Id, working);
            }
        }

        foreach (var asset in records.Assets)
        {
            variables[(VariableKind.Durability, asset.Id.Value)] = Durability(asset);
        }

        foreach (var needs in records.Relations.OfType<Relation.Needs>())
        {
            var supply = needs.Members.Where(member => Serves(member, needs.From)).Sum(member => working[member]);
            variables[(VariableKind.Headroom, $"{needs.From} · {needs.Group}")] = Math.Max(0, supply - needs.K);
        }

        foreach (var guards in records.Relations.OfType<Relation.Guards>().Distinct().GroupBy(row => row.Guarded))
        {
            var intact = guards.Count(row =>
                working[row.Guard] > 0 && !_disabled.Contains(row.Guard) && Serves(row.Guard, row.Guarded)
            );
            variables[(VariableKind.GuardIntegrity, guards.Key.Value)] = (double)intact / guards.Count();
        }

        foreach (var limited in records.Resources.Where(resource => resource.ExposureLimit is not null))
        {
            var reached = ExposureOf(limited.Id);
            variables[(VariableKind.Exposure, limited.Id.Value)] = reached / (double)limited.ExposureLimit!.Value;
        }

        return variables;
    }

    /// <summary>The fewest failure domains that hit every copy, by trying every set of them.</summary>
    private int Durability(DataAsset asset)
    {
        var copies = CopiesOf(asset.Id)
            .Where(IsThere)
            .Where(copy => IsRecent(copy, asset))
            .Select(copy =>
                DomainsOf(copy).Where(domain => (domain.Hazard & asset.Hazards) != Hazards.None).ToHashSet()
            )
            .ToArray();
        var ceiling = Math.Max(4, (asset.MinDurability ?? 0) + 1);
        var domains = copies.SelectMany(copy => copy).Distinct().ToArray();
        for (var size = 0; size < ceiling; size++)
        {
            if (Sets(domains, size).Any(set => copies.All(copy => copy.Overlaps(set))))
            {
                return size;
            }
        }

        return ceiling;
    }

    private static IEnumerable<T[]> Sets<T>(T[] from, int size) =>
        size == 0
            ?
            [
                [],
            ]
            : from.SelectMany((first, at) => Sets(from[(at + 1)..], size - 1).Select(rest => (T[])[first, .. rest]));

    private IEnumerable<FailureDomain> DomainsOf(Relation.CopyOf copy)
    {
        if (copy.Domains is { } stated)
        {
            return stated;
        }

        var place = Find(copy.Holder).Location;
        (Hazards Hazard, string? Name)[] named =
        [
            (Hazards.Volume, $"holder {copy.Holder}"),
            (Hazards.Zone, place.Zone),
            (Hazards.Region, place.Region),
            (Hazards.Account, place.Account),
            (Hazards.DeletionAuthority, place.Account),
            .. records
                .Relations.OfType<Relation.EncryptedBy>()
                .Where(row => row.Content == copy.Holder)
                .Select(row => (Hazards.Key, (string?)row.Key.Value)),
        ];
        return named
            .Where(domain => domain.Name is not null)
            .Select(domain => new FailureDomain(domain.Hazard, domain.Name!));
    }

    private double WaysBack(ResourceId service, Dictionary<ResourceId, int> working)
    {
        var standbys = records
            .Relations.OfType<Relation.StandbyFor>()
            .Where(standby => standby.Service == service)
            .Sum(standby => standby.Members.Min(member => Counts(member, service, working)));
        var assets = AssetsOf(service);
        var backedUp =
            assets.Count > 0
            && assets.All(asset =>
                CopiesOf(asset.Id)
                    .Any(copy =>
                        copy.Role == CopyRole.Backup
                        && IsThere(copy)
                        && IsRecent(copy, asset)
                        && copy.RestoreTestedAt >= RandomEstate.Now.AddDays(-90)
                    )
            );
        return standbys + (backedUp ? 1 : 0);
    }

    private double Counts(ResourceId member, ResourceId service, Dictionary<ResourceId, int> working)
    {
        var copies = records.Relations.OfType<Relation.CopyOf>().Where(copy => copy.Holder == member);
        return !IsAlive(member) || _promoted.Contains(member) || !Serves(member, service) ? 0
            : !copies.All(copy => IsThere(copy) && IsRecent(copy, AssetOf(copy.Asset))) ? 0
            : working[member] > 0 ? 1
            : _stopped.Contains(member) && CouldStart(member, working) ? 0.9
            : 0;
    }

    private bool CouldStart(ResourceId id, Dictionary<ResourceId, int> working) =>
        _capacity[id] > 0
        && records
            .Relations.OfType<Relation.Needs>()
            .Where(needs => needs.From == id)
            .All(needs =>
                _capacity[id]
                    * Math.Min(
                        needs.K,
                        needs.Members.Where(member => Serves(member, id)).Sum(member => (long)working[member])
                    )
                    / needs.K
                > 0
            );

    /// <summary>Assets whose primary or replica the service needs with no other service between.</summary>
    private HashSet<DataAsset> AssetsOf(ResourceId service)
    {
        var reached = new HashSet<ResourceId> { service };
        var search = new Stack<ResourceId>([service]);
        while (search.TryPop(out var id))
        {
            foreach (var needs in records.Relations.OfType<Relation.Needs>().Where(needs => needs.From == id))
            {
                foreach (var member in needs.Members.Where(member => Find(member).Kind.Name != "service"))
                {
                    if (reached.Add(member))
                    {
                        search.Push(member);
                    }
                }
            }
        }

        return
        [
            .. records
                .Relations.OfType<Relation.CopyOf>()
                .Where(copy => copy.Role <= CopyRole.Replica && reached.Contains(copy.Holder))
                .Select(copy => AssetOf(copy.Asset)),
        ];
    }

    private bool IsThere(Relation.CopyOf copy) => IsAlive(copy.Holder) && !_lost.Contains(copy);

    private static bool IsRecent(Relation.CopyOf copy, DataAsset asset)
    {
        if (copy.Role == CopyRole.Primary)
        {
            return true;
        }

        var point = copy.RecoveryPoint!.Value;
        var since =
            copy.Role == CopyRole.Backup ? RandomEstate.Now - point.Provenance.ObservedAt!.Value : TimeSpan.Zero;
        return point.Age + since <= asset.RecoveryPointLimit;
    }

    private void Apply(Effect effect)
    {
        switch (effect)
        {
            case Effect.Destroy { Recreated: true } again when CanBeMadeAgain(again.Target):
                _stopped.Add(again.Target);
                ContentsOf(again.Target).ForEach(End);
                break;
            case Effect.Destroy:
                End(effect.Target);
                break;
            case Effect.Stop:
                _stopped.Add(effect.Target);
                break;
            case Effect.Detach { From: { } from }:
                _detached.Add((effect.Target, from));
                break;
            case Effect.Attach { TargetNeedsIt: true } attach:
                _leans.Add((attach.Target, attach.To));
                break;
            case Effect.DisableGuard:
                _disabled.Add(effect.Target);
                break;
            case Effect.Promote:
                _promoted.Add(effect.Target);
                foreach (
                    var own in records.Relations.OfType<Relation.CopyOf>().Where(own => own.Holder == effect.Target)
                )
                {
                    _lost.UnionWith(
                        CopiesOf(own.Asset).Where(copy => copy.Holder != effect.Target && copy.Role != CopyRole.Backup)
                    );
                }

                break;
            case Effect.Change { Impact: ChangeImpact.Capacity } change:
                var units = (int)change.Value.Number!.Value;
                _capacity[change.Target] = Math.Min(_capacity[change.Target], units);
                break;
            case Effect.LoseData lose:
                _lost.UnionWith(
                    CopiesOf(lose.Asset)
                        .Where(copy => lose.OfCopyOnly ? copy.Holder == lose.Target : copy.Role != CopyRole.Backup)
                );
                break;
            case Effect.Expose expose:
                Reach(expose.Target, expose.To, expose.What, expose.Principals);
                break;
            case Effect.Grant grant:
                Reach(grant.Target, grant.Principal.Value, grant.Privilege, MembersOf(grant.Principal));
                break;
        }
    }

    private void Reach(ResourceId id, string by, Privilege what, int count) =>
        _reachedBy[(id, by, what)] = Math.Max(count, _reachedBy.GetValueOrDefault((id, by, what)));

    private void End(ResourceId id)
    {
        if (_gone.Add(id))
        {
            ContentsOf(id).ForEach(End);
        }
    }

    private List<ResourceId> ContentsOf(ResourceId id) =>
        [
            .. records
                .Relations.OfType<Relation.Contains>()
                .Where(row => row.Container == id)
                .Select(row => row.Content),
            .. records.Relations.OfType<Relation.EncryptedBy>().Where(row => row.Key == id).Select(row => row.Content),
        ];

    private bool CanBeMadeAgain(ResourceId id) =>
        !KindTable.Of(Find(id).Kind).Stateful
        && Find(id).ConfigurationKnown
        && !records.Relations.OfType<Relation.CopyOf>().Any(copy => copy.Holder == id);

    private bool Serves(ResourceId member, ResourceId from) => !_detached.Contains((member, from));

    private IEnumerable<Relation.CopyOf> CopiesOf(AssetId asset) =>
        records.Relations.OfType<Relation.CopyOf>().Where(copy => copy.Asset == asset);

    private Resource Find(ResourceId id) => records.Resources[int.Parse(id.Value[1..])];

    private DataAsset AssetOf(AssetId id) => records.Assets[int.Parse(id.Value[1..])];

    private static bool Lower(Dictionary<ResourceId, int> working, ResourceId id, int to)
    {
        var falls = to < working[id];
        working[id] = Math.Min(working[id], to);
        return falls;
    }
}
