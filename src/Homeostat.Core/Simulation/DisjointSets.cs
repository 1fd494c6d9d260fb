namespace Homeostat.Core.Simulation;

/// <summary>Numbers from zero in groups that grow together; each is a group of its own at first.</summary>
internal sealed class DisjointSets
{
    private readonly List<int> _parent = [];
    private readonly HashSet<int> _grown = [];

    public void Start(int count)
    {
        _parent.Clear();
        _grown.Clear();
        for (var at = 0; at < count; at++)
        {
            _parent.Add(at);
        }
    }

    /// <summary>False where both were in one group already.</summary>
    public bool Join(int one, int other)
    {
        var (root, joined) = (RootOf(one), RootOf(other));
        if (root == joined)
        {
            return false;
        }

        // The least number is the root, so that a group keeps its name while it grows.
        (root, joined) = root < joined ? (root, joined) : (joined, root);
        _parent[joined] = root;
        _grown.Add(root);
        return true;
    }

    /// <summary>The groups that grew since they were last taken, each in the order of its numbers.</summary>
    public IReadOnlyList<IReadOnlyList<int>> TakeGrown()
    {
        var groups = new SortedDictionary<int, List<int>>();
        var roots = _grown.Select(RootOf).ToHashSet();
        for (var at = 0; at < _parent.Count; at++)
        {
            var root = RootOf(at);
            if (!roots.Contains(root))
            {
                continue;
            }

            if (!groups.TryGetValue(root, out var members))
            {
                groups.Add(root, members = []);
            }

            members.Add(at);
        }

        _grown.Clear();
        return [.. groups.Values];
    }

    private int RootOf(int at)
    {
        while (_parent[at] != at)
        {
            _parent[at] = _parent[_parent[at]];
            at = _parent[at];
        }

        return at;
    }
}
