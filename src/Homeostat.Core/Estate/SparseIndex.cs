namespace Homeostat.Core.Estate;

/// <summary>
/// Lists by key for the few keys that have one: sorted keys, binary search. A dense index would cost four bytes for
/// every resource of the estate and every kind of relation.
/// </summary>
internal sealed class SparseIndex
{
    private readonly int[] _keys;
    private readonly int[] _starts;
    private readonly int[] _values;

    private SparseIndex(int[] keys, int[] starts, int[] values) => (_keys, _starts, _values) = (keys, starts, values);

    /// <summary>Groups the pairs by key; values keep their order.</summary>
    public static SparseIndex Of(IReadOnlyList<(int Key, int Value)> pairs)
    {
        var sorted = pairs.OrderBy(pair => pair.Key).ToArray();
        var keys = new List<int>();
        var starts = new List<int>();
        for (var i = 0; i < sorted.Length; i++)
        {
            if (keys.Count == 0 || keys[^1] != sorted[i].Key)
            {
                keys.Add(sorted[i].Key);
                starts.Add(i);
            }
        }

        starts.Add(sorted.Length);
        return new SparseIndex([.. keys], [.. starts], Array.ConvertAll(sorted, pair => pair.Value));
    }

    public ReadOnlySpan<int> Of(int key)
    {
        var at = Array.BinarySearch(_keys, key);
        return at < 0 ? [] : _values.AsSpan(_starts[at], _starts[at + 1] - _starts[at]);
    }
}
