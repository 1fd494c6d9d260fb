namespace Homeostat.Core.Estate;

/// <summary>Gives equal values one small number; for what many resources share (locations, owners, provenances).</summary>
internal sealed class Interner<T>
    where T : notnull
{
    private readonly Dictionary<T, int> _indexes = [];
    private readonly List<T> _values = [];

    public int Intern(T value)
    {
        if (!_indexes.TryGetValue(value, out var index))
        {
            index = _values.Count;
            _indexes.Add(value, index);
            _values.Add(value);
        }

        return index;
    }

    public T[] ToArray() => [.. _values];
}
