using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;

namespace Homeostat.Estates.Scenarios;

/// <summary>What is wrong only when all of an estate is looked at: circles, and copies of data that is nowhere.</summary>
internal sealed class EstateChecks(
    IReadOnlyDictionary<string, MapNode> nodes,
    IReadOnlyDictionary<string, EstateChange.Upsert> records,
    IReadOnlyCollection<EstateChange.Asset> assets,
    ErrorList errors
)
{
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);

    public void Run()
    {
        foreach (var (id, record) in records)
        {
            errors.BeginThing();
            if (record.Relations.OfType<Relation.Needs>().Any(needs => needs.Members.Contains(record.Resource.Id)))
            {
                errors.Add(nodes[id], $"{id} needs itself", "name what it needs besides itself");
            }

            RefuseCircle(id);
        }

        RefuseStrayCopies();
    }

    /// <summary>What contains a thing is not in it.</summary>
    private void RefuseCircle(string start)
    {
        var within = new Stack<(string Id, Queue<string> Left)>();
        var path = new HashSet<string>(StringComparer.Ordinal);
        Enter(start);
        while (within.TryPeek(out var top))
        {
            if (!top.Left.TryDequeue(out var next))
            {
                path.Remove(top.Id);
                _done.Add(top.Id);
                within.Pop();
            }
            else if (path.Contains(next))
            {
                errors.Add(nodes[next], $"{next} contains itself, through {top.Id}", "take one `contains` away");
            }
            else
            {
                Enter(next);
            }
        }

        void Enter(string id)
        {
            if (!_done.Contains(id) && records.TryGetValue(id, out var record))
            {
                path.Add(id);
                within.Push(
                    (id, new(record.Relations.OfType<Relation.Contains>().Select(contains => contains.Content.Value)))
                );
            }
        }
    }

    /// <summary>The only copy of an asset that is no primary, beside an asset of almost the same name: a slip.</summary>
    private void RefuseStrayCopies()
    {
        var copies = records
            .SelectMany(
                entry => entry.Value.Relations.OfType<Relation.CopyOf>(),
                (entry, copy) => (entry.Key, Copy: copy)
            )
            .GroupBy(pair => pair.Copy.Asset.Value)
            .ToArray();
        var declared = assets.Select(asset => asset.Declared.Id.Value).ToHashSet(StringComparer.Ordinal);
        string[]? others = null;
        foreach (var only in copies.Where(group => group.Count() == 1 && !declared.Contains(group.Key)))
        {
            var (holder, copy) = only.Single();
            others ??= [.. copies.Where(group => group.Count() > 1 || group.Any(IsPrimary)).Select(group => group.Key)];
            if (copy.Role != CopyRole.Primary && Suggestion.Nearest(only.Key, others, 1) is [var near])
            {
                errors.Add(
                    nodes[holder],
                    $"{holder} holds the only copy of {only.Key}, and it is no primary; did you mean {near}",
                    $"write `asset: {near}`, or name {only.Key} under `assets`"
                );
            }
        }
    }

    private static bool IsPrimary((string Holder, Relation.CopyOf Copy) pair) => pair.Copy.Role == CopyRole.Primary;
}
