using Homeostat.Core.Estate;

namespace Homeostat.Bench;

/// <summary>
/// The peer: a breadth-first search over the snapshot's own arrays in the direction in which harm spreads, from a member
/// to whoever needs its group and from a container to its contents. It decides nothing: no capacity, no worlds, no data.
/// </summary>
internal sealed class PlainSearch(EstateSnapshot estate)
{
    private readonly EstateTables _tables = estate.Tables;
    private readonly int[] _seen = new int[estate.Count];
    private readonly int[] _queue = new int[estate.Count];
    private int _search;

    /// <summary>How many resources are reached, the first included.</summary>
    public int Reach(int node)
    {
        _search++;
        var end = 0;
        Visit(node, ref end);
        for (var at = 0; at < end; at++)
        {
            foreach (var group in _tables.MemberOf.Of(_queue[at]))
            {
                Visit(_tables.Groups[group].From, ref end);
            }

            foreach (var row in _tables.ContentsOf.Of(_queue[at]))
            {
                Visit(_tables.Existences[row].Content, ref end);
            }
        }

        return end;
    }

    private void Visit(int node, ref int end)
    {
        if (_seen[node] != _search)
        {
            _seen[node] = _search;
            _queue[end++] = node;
        }
    }
}
