namespace Homeostat.Core.Simulation;

/// <summary>What may be so or otherwise.</summary>
internal enum UnknownKind : byte
{
    /// <summary>Whether a resource works (or exists).</summary>
    Works,

    /// <summary>Whether a group has the members, and the need, that were seen long ago.</summary>
    Group,

    /// <summary>Whether a copy is recent enough to count.</summary>
    Copy,

    /// <summary>Whether what somebody once restored from a copy could be restored again.</summary>
    Restore,

    /// <summary>Whether members still stand by for the service that they were seen to stand by for.</summary>
    Standby,

    /// <summary>Whether the condition of an effect holds.</summary>
    Condition,

    /// <summary>Whether an effect that nobody can predict takes its target away.</summary>
    Impact,

    /// <summary>Whether the members of a group that must agree do, where the value of one is missing or old.</summary>
    Agreement,
}

/// <summary>One thing that the evidence does not settle; each makes two worlds.</summary>
internal readonly record struct Unknown(UnknownKind Kind, int Index);

/// <summary>The unknowns that matter to one request, in the order in which they were met.</summary>
internal sealed class UnknownSet
{
    private readonly Dictionary<Unknown, int> _positions = [];
    private readonly List<Unknown> _list = [];

    public int Count => _list.Count;

    public Unknown this[int at] => _list[at];

    /// <summary>Bit i set = the i-th unknown turns out badly. Meaningful while <see cref="All"/> is null.</summary>
    public ulong World { get; set; }

    /// <summary>All unknowns turn out well (false) or badly (true), however many there are.</summary>
    public bool? All { get; set; }

    /// <summary>What the request itself leaves open (conditions, impacts) turns out badly, whatever the world says.</summary>
    public bool RequestIsBad { get; set; }

    /// <summary>A bound: without the request everything turns out well, with it everything badly.</summary>
    public bool AreOurs { get; set; }

    public bool HasRequestUnknowns => _list.Exists(IsOfRequest);

    public void Clear()
    {
        (RequestIsBad, AreOurs) = (false, false);
        _positions.Clear();
        _list.Clear();
        World = 0;
        All = null;
    }

    /// <summary>Notes the unknown, and says how it turns out in this world.</summary>
    public bool IsBad(UnknownKind kind, int index)
    {
        var unknown = new Unknown(kind, index);
        if (!_positions.TryGetValue(unknown, out var at))
        {
            at = _list.Count;
            _positions.Add(unknown, at);
            _list.Add(unknown);
        }

        return (RequestIsBad && IsOfRequest(unknown)) || IsBad(at);
    }

    /// <summary>The same for what is read of the moment before or after the request.</summary>
    public bool IsBad(UnknownKind kind, int index, bool before) => IsBad(kind, index) && !(AreOurs && before);

    public bool IsBad(int at) => All ?? (at < 64 && ((World >> at) & 1) != 0);

    private static bool IsOfRequest(Unknown unknown) => unknown.Kind is UnknownKind.Condition or UnknownKind.Impact;
}
