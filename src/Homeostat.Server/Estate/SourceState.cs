using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;

namespace Homeostat.Server.Estate;

/// <summary>One source, what it has said, and whether it can be read.</summary>
internal sealed class SourceState(string name, IEstateSource? source)
{
    private volatile string? _problem;
    private volatile bool _hasListed;

    public string Name => name;

    /// <summary>Null for a source that tells over HTTP and cannot be asked.</summary>
    public IEstateSource? Source => source;

    /// <summary>The overlay above what it says; null where there is none. Taken under the desk's lock.</summary>
    public OverlayLayer? Layer { get; init; }

    public bool HasListed
    {
        get => _hasListed;
        set => _hasListed = value;
    }

    public string? Problem
    {
        get => _problem;
        set => _problem = value;
    }

    /// <summary>What it described last; only it may change these. Guarded by the desk's lock.</summary>
    public HashSet<ResourceId> Owned { get; } = [];
}
