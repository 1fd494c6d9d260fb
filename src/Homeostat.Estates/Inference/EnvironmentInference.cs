using Homeostat.Core.Estate;

namespace Homeostat.Estates.Inference;

/// <summary>The environments of a resource and how they are known.</summary>
/// <param name="Reason">Null where the source says so itself.</param>
/// <param name="IsDefault">Nothing spoke for it.</param>
internal sealed record InferredEnvironment(IReadOnlyList<string> Names, string? Reason, bool IsDefault = false);

/// <summary>Tells what each resource serves: from its labels, its name, what it is a part of, or from nothing.</summary>
internal sealed class EnvironmentInference
{
    private const int MaxContainers = 16;

    private readonly IReadOnlyDictionary<ResourceId, Resource> _resources;
    private readonly ILookup<ResourceId, ResourceId> _containers;

    public EnvironmentInference(
        IReadOnlyDictionary<ResourceId, Resource> resources,
        IEnumerable<EstateChange.Upsert> records
    )
    {
        _resources = resources;
        _containers = records
            .SelectMany(record => record.Relations)
            .OfType<Relation.Contains>()
            .ToLookup(relation => relation.Content, relation => relation.Container);
    }

    public InferredEnvironment Of(Resource resource) =>
        Own(resource)
        ?? OfContainers(resource.Id, MaxContainers)
        ?? new InferredEnvironment([EnvironmentName.Production], "nothing says otherwise", IsDefault: true);

    private static InferredEnvironment? Own(Resource resource)
    {
        if (resource.Environments.Count > 0)
        {
            return new InferredEnvironment(resource.Environments, null);
        }

        if (LabelReader.Environment(resource) is { } label)
        {
            return new InferredEnvironment([label.Value], $"its label {label.Key} says so");
        }

        if (LabelReader.Name(resource) is { } named && EnvironmentName.Find(NameWords.Of(named.Value)) is { } byName)
        {
            return new InferredEnvironment([byName.Name], $"'{byName.Word}' is a word of its name {named.Value}");
        }

        return EnvironmentName.Find(NameWords.Of(resource)) is { } byId
            ? new InferredEnvironment([byId.Name], $"'{byId.Word}' is a word of its id")
            : null;
    }

    /// <summary>What is part of something serves what that serves; where a container says nothing, neither does this.</summary>
    private InferredEnvironment? OfContainers(ResourceId id, int depth)
    {
        if (depth == 0 || !_containers.Contains(id))
        {
            return null;
        }

        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var container in _containers[id])
        {
            var known = _resources.TryGetValue(container, out var resource) ? Own(resource) : null;
            known ??= OfContainers(container, depth - 1);
            if (known is null)
            {
                return null;
            }

            names.UnionWith(known.Names);
        }

        return new InferredEnvironment([.. names], $"it is part of {_containers[id].First()}");
    }
}
