using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;

namespace Homeostat.Core.Deciding;

/// <summary>
/// The environments in which verdicts are recorded and hold nothing up. Every other environment, and whatever nobody says
/// the environment of, is enforced.
/// </summary>
public sealed class ObservedEnvironments(IEnumerable<string> names)
{
    private readonly HashSet<string> _names = new(names, StringComparer.Ordinal);

    /// <summary>All are enforced.</summary>
    public static ObservedEnvironments None { get; } = new([]);

    /// <summary>
    /// Whether everything that the request could harm serves observed environments only: what it names, what falls with
    /// that, and whatever leans on any of it.
    /// </summary>
    internal bool Cover(CaseFile file)
    {
        if (_names.Count == 0)
        {
            return false;
        }

        var reach = new Reach(file.Estate);
        var made = file.Request.Effects.OfType<Effect.Create>().ToList();
        if (made.Exists(create => !file.Estate.Contains(create.Target) && !AreAllObserved(create.Environments)))
        {
            return false;
        }

        var isNew = made.Select(create => create.Target).ToHashSet();
        return Named(file).All(id => reach.Add(id) || isNew.Contains(id))
            && reach.All(node => AreAllObserved(file.Estate.EnvironmentsOf(node)));
    }

    private bool AreAllObserved(IReadOnlyList<string> environments) =>
        environments.Count > 0 && environments.All(_names.Contains);

    private static IEnumerable<ResourceId> Named(CaseFile file) =>
        file
            .Request.Effects.SelectMany(Named)
            .Concat(file.Consequences.Touched)
            .Concat(file.Consequences.Destroyed)
            .Concat(file.Consequences.Impaired)
            .Concat(file.Consequences.GuardsLost)
            .Concat(file.Consequences.CopiesLost.Select(copy => copy.Holder));

    private static IEnumerable<ResourceId> Named(Effect effect)
    {
        yield return effect.Target;
        var other = effect switch
        {
            Effect.Attach attach => attach.To,
            Effect.Detach { From: { } from } => from,
            Effect.Grant grant => grant.Principal,
            Effect.Revoke revoke => revoke.Principal,
            Effect.Delegate delegated => delegated.Principal,
            _ => effect.Target,
        };
        yield return other;
    }

    /// <summary>What leans on a set of resources, step by step; a reach that grows too wide is not followed and not observed.</summary>
    private sealed class Reach(EstateSnapshot estate)
    {
        private readonly HashSet<int> _seen = [];
        private readonly HashSet<int> _assets = [];
        private readonly Queue<int> _next = new();

        /// <summary>False where the model does not know it: then nobody can say what it serves.</summary>
        public bool Add(ResourceId id)
        {
            if (!estate.Contains(id))
            {
                return false;
            }

            Add(estate.Find(id));
            return true;
        }

        public bool All(Func<int, bool> holds)
        {
            while (_next.TryDequeue(out var node))
            {
                if (_seen.Count > Limits.MaxObservedReach || !holds(node))
                {
                    return false;
                }

                Follow(node);
            }

            return true;
        }

        private void Add(int node)
        {
            if (_seen.Add(node))
            {
                _next.Enqueue(node);
            }
        }

        private void Follow(int node)
        {
            var tables = estate.Tables;
            foreach (var group in tables.MemberOf.Of(node))
            {
                Add(estate.Group(group).From);
            }

            foreach (var standby in tables.StandbysOfMember.Of(node))
            {
                Add(tables.Standbys[standby].Service);
            }

            foreach (var guard in tables.GuardsOfGuard.Of(node))
            {
                Add(tables.Guards[guard].Guarded);
            }

            foreach (var row in tables.ContentsOf.Of(node))
            {
                Add(tables.Existences[row].Content);
            }

            foreach (var grant in tables.GrantsOfPrincipal.Of(node))
            {
                Add(tables.Grants[grant].Target);
            }

            foreach (var copy in tables.CopiesOfHolder.Of(node))
            {
                FollowAsset(estate.Copy(copy).Asset);
            }
        }

        /// <summary>The data has one value, wherever its copies stand and whoever lives from it.</summary>
        private void FollowAsset(int asset)
        {
            if (!_assets.Add(asset))
            {
                return;
            }

            foreach (var copy in estate.Tables.CopiesOfAsset.Of(asset))
            {
                Add(estate.Copy(copy).Holder);
            }

            foreach (var service in estate.Tables.ServicesOfAsset.Of(asset))
            {
                Add(service);
            }
        }
    }
}
