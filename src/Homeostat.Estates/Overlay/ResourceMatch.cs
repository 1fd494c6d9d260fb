using Homeostat.Core.Estate;
using Homeostat.Core.Leases;

namespace Homeostat.Estates.Overlay;

/// <summary>A selector made ready to be asked of many resources; it answers as the selector itself would of the model.</summary>
internal sealed class ResourceMatch
{
    private readonly Selector _selector;
    private readonly HashSet<string>? _ids;
    private readonly IReadOnlyList<string> _patterns;

    public ResourceMatch(Selector selector)
    {
        _selector = selector;
        _ids = selector.Ids?.Where(id => !IdPattern.IsPattern(id)).ToHashSet();
        _patterns = selector.Ids?.Where(IdPattern.IsPattern).ToList() ?? [];
    }

    public bool Matches(Resource resource) =>
        MatchesId(resource.Id.Value)
        && _selector.Named?.Contains(resource.Id) != false
        && IsAmong(_selector.Kinds, resource.Kind.Name)
        && IsAmong(_selector.Owners, resource.Owner)
        && IsAmong(_selector.Providers, resource.Location.Provider)
        && IsAmong(_selector.Accounts, resource.Location.Account)
        && IsAmong(_selector.Regions, resource.Location.Region)
        && MatchesEnvironments(resource.Environments)
        && MatchesLabels(resource.Labels);

    private static bool IsAmong(IReadOnlyList<string>? stated, string? value) =>
        stated is null || (value is not null && stated.Contains(value));

    private bool MatchesId(string id) =>
        _ids is null || _ids.Contains(id) || _patterns.Any(pattern => IdPattern.Matches(pattern, id));

    private bool MatchesEnvironments(IReadOnlyList<string> environments) =>
        _selector.Environments is null || (environments.Count > 0 && environments.All(_selector.Environments.Contains));

    private bool MatchesLabels(IReadOnlyDictionary<string, string> labels) =>
        _selector.Labels is null
        || _selector.Labels.All(label => labels.TryGetValue(label.Key, out var value) && value == label.Value);
}
