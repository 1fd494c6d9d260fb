namespace Homeostat.Core.Estate;

/// <summary>Compressed sparse rows: the values of row i stand between two offsets.</summary>
internal sealed class Adjacency
{
    private readonly int[] _starts;
    private readonly int[] _values;

    private Adjacency(int[] starts, int[] values) => (_starts, _values) = (starts, values);

    /// <summary>Counting sort of (row, value) pairs; values keep their order.</summary>
    public static Adjacency Of(int rows, ReadOnlySpan<int> keys, ReadOnlySpan<int> values)
    {
        var starts = new int[rows + 1];
        foreach (var key in keys)
        {
            starts[key + 1]++;
        }

        for (var i = 0; i < rows; i++)
        {
            starts[i + 1] += starts[i];
        }

        var sorted = new int[values.Length];
        var next = starts.AsSpan(0, rows).ToArray();
        for (var i = 0; i < keys.Length; i++)
        {
            sorted[next[keys[i]]++] = values[i];
        }

        return new Adjacency(starts, sorted);
    }

    /// <summary>All values of all rows.</summary>
    public int Count => _values.Length;

    public ReadOnlySpan<int> Of(int row) => _values.AsSpan(_starts[row], _starts[row + 1] - _starts[row]);
}
