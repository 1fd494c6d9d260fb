using System.Text.Json;

namespace Homeostat.Estates.Terraform;

/// <summary>A reference that ends at a managed resource: its address in the configuration and the key the expression names.</summary>
internal readonly record struct ConfiguredTarget(string Address, string? Key);

/// <summary>The references of one attribute of a configured resource.</summary>
/// <param name="Path">Dotted, without list indexes.</param>
/// <param name="SameKey">The expression uses its own <c>count.index</c> or <c>each.key</c>.</param>
internal sealed record ConfiguredReference(string Path, IReadOnlyList<ConfiguredTarget> Targets, bool SameKey);

/// <summary>
/// The configuration part of a plan: which attribute of which resource refers to which managed resource, followed
/// through variables, outputs and module calls. Locals are not in it, and what they hide only values can show.
/// </summary>
internal sealed class Configuration
{
    private sealed record Module(string Prefix, JsonElement Body, Module? Parent, JsonElement? Arguments);

    private readonly Dictionary<string, Module> _modules = [];
    private readonly Dictionary<string, IReadOnlyList<ConfiguredReference>> _references = [];
    private readonly Dictionary<string, (Module Module, JsonElement Expressions)> _resources = [];

    public Configuration(JsonElement configuration)
    {
        if (configuration.Member("root_module") is { } root)
        {
            Collect(new Module("", root, null, null), 0);
        }
    }

    /// <summary>The references of a configured resource, attribute by attribute; none when it is not configured.</summary>
    public IReadOnlyList<ConfiguredReference> ReferencesOf(string address)
    {
        if (_references.TryGetValue(address, out var known))
        {
            return known;
        }

        var found = new List<ConfiguredReference>();
        if (_resources.TryGetValue(address, out var resource))
        {
            Walk(resource.Module, resource.Expressions, "", found);
        }

        return _references[address] = found;
    }

    /// <summary>The top-level attributes the configuration gives; null when the resource is not configured.</summary>
    public IReadOnlySet<string>? AttributesOf(string address) =>
        _resources.TryGetValue(address, out var resource) && resource.Expressions.ValueKind == JsonValueKind.Object
            ? resource.Expressions.EnumerateObject().Select(member => member.Name).ToHashSet()
            : null;

    private void Collect(Module module, int depth)
    {
        _modules[module.Prefix] = module;
        foreach (var resource in module.Body.Items("resources"))
        {
            if (resource.Text("address") is { } address && resource.Text("mode") != "data")
            {
                _resources[module.Prefix + address] = (module, resource.Member("expressions") ?? ShownReader.NoValues);
            }
        }

        if (
            depth >= TerraformLimits.MaxModuleDepth
            || module.Body.Member("module_calls") is not { ValueKind: JsonValueKind.Object } calls
        )
        {
            return;
        }

        foreach (var call in calls.EnumerateObject())
        {
            if (call.Value.Member("module") is { } body)
            {
                var prefix = $"{module.Prefix}module.{call.Name}.";
                Collect(new Module(prefix, body, module, call.Value.Member("expressions")), depth + 1);
            }
        }
    }

    private void Walk(Module module, JsonElement expression, string path, List<ConfiguredReference> found)
    {
        switch (expression.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in expression.EnumerateArray())
                {
                    Walk(module, item, path, found);
                }

                break;
            case JsonValueKind.Object when expression.Member("references") is { ValueKind: JsonValueKind.Array }:
                AddReference(module, expression, path, found);
                break;
            case JsonValueKind.Object when !expression.TryGetProperty("constant_value", out _):
                foreach (var member in expression.EnumerateObject())
                {
                    Walk(module, member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}", found);
                }

                break;
        }
    }

    private void AddReference(Module module, JsonElement expression, string path, List<ConfiguredReference> found)
    {
        var texts = StateV4Reader.Texts(expression, "references");
        var targets = new List<ConfiguredTarget>();
        Resolve(module, texts, targets, [], 0);
        if (targets.Count > 0)
        {
            var sameKey = texts.Any(text => text is "count.index" or "each.key" or "each.value");
            found.Add(new ConfiguredReference(path, [.. targets.Distinct()], sameKey));
        }
    }

    private void Resolve(
        Module module,
        IReadOnlyList<string> references,
        List<ConfiguredTarget> targets,
        HashSet<string> seen,
        int hops
    )
    {
        foreach (var reference in Longest(references))
        {
            if (hops <= TerraformLimits.MaxReferenceHops && seen.Add(module.Prefix + reference))
            {
                ResolveOne(module, TerraformAddress.Split(reference), targets, seen, hops + 1);
            }
        }
    }

    private void ResolveOne(
        Module module,
        List<ModuleStep> parts,
        List<ConfiguredTarget> targets,
        HashSet<string> seen,
        int hops
    )
    {
        switch (parts)
        {
            case [{ Name: "var" }, var variable, ..]:
                if (module.Parent is { } parent && module.Arguments?.Member(variable.Name) is { } argument)
                {
                    Follow(parent, argument, targets, seen, hops);
                }

                break;
            case [{ Name: "module" }, var call, var output, ..]:
                if (
                    _modules.TryGetValue($"{module.Prefix}module.{call.Name}.", out var child)
                    && child.Body.Member("outputs")?.Member(output.Name)?.Member("expression") is { } expression
                )
                {
                    Follow(child, expression, targets, seen, hops);
                }

                break;
            case [{ Name: "module" or "local" or "data" or "path" or "each" or "count" or "self" or "terraform" }, ..]:
                break;
            case [var type, var name, ..]:
                targets.Add(new ConfiguredTarget($"{module.Prefix}{type.Name}.{name.Name}", name.Key));
                break;
        }
    }

    /// <summary>Follows every reference of an expression, however its value is put together.</summary>
    private void Follow(
        Module module,
        JsonElement expression,
        List<ConfiguredTarget> targets,
        HashSet<string> seen,
        int hops
    )
    {
        switch (expression.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in expression.EnumerateArray())
                {
                    Follow(module, item, targets, seen, hops);
                }

                break;
            case JsonValueKind.Object when expression.Member("references") is { ValueKind: JsonValueKind.Array }:
                Resolve(module, StateV4Reader.Texts(expression, "references"), targets, seen, hops);
                break;
            case JsonValueKind.Object when !expression.TryGetProperty("constant_value", out _):
                foreach (var member in expression.EnumerateObject())
                {
                    Follow(module, member.Value, targets, seen, hops);
                }

                break;
        }
    }

    /// <summary>Terraform lists <c>a.b[0].id</c>, <c>a.b[0]</c> and <c>a.b</c> for one expression; the longest says most.</summary>
    private static IEnumerable<string> Longest(IReadOnlyList<string> references) =>
        references.Where(reference =>
            !references.Any(other =>
                other.Length > reference.Length
                && other.StartsWith(reference, StringComparison.Ordinal)
                && other[reference.Length] is '.' or '['
            )
        );
}
