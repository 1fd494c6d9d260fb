using System.Runtime.InteropServices;
using System.Text.Json;
using Homeostat.Estates.Terraform.Types;

namespace Homeostat.Estates.Terraform;

/// <summary>From every identifier in the estate to the instances that it identifies; one dictionary over all types.</summary>
internal sealed class IdentifierIndex
{
    /// <summary>One owner inline, more in a list: nearly every identifier has exactly one.</summary>
    private struct Owners
    {
        public int First;
        public List<int>? Others;
    }

    private readonly Dictionary<string, Owners> _owners;
    private readonly Dictionary<string, Owners>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public IdentifierIndex(IReadOnlyList<TerraformInstance> instances, TypeTable table)
    {
        _owners = new Dictionary<string, Owners>(instances.Count * 3, StringComparer.Ordinal);
        _lookup = _owners.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var i = 0; i < instances.Count; i++)
        {
            foreach (var identifier in table.Of(instances[i].Type).Identifiers)
            {
                Add(instances[i].Values, identifier, i);
            }
        }
    }

    /// <summary>Adds to <paramref name="found"/> every instance that the text identifies.</summary>
    public bool Find(ReadOnlySpan<char> text, List<int> found)
    {
        if (!_lookup.TryGetValue(text, out var owners))
        {
            return false;
        }

        found.Add(owners.First);
        if (owners.Others is { } others)
        {
            found.AddRange(others);
        }

        return true;
    }

    private void Add(JsonElement values, string identifier, int owner)
    {
        if (identifier.StartsWith('{'))
        {
            Add(Template.Fill(identifier, values), owner);
            return;
        }

        if (identifier == "arn:resource")
        {
            Add(ArnResource(values.Text("arn")), owner);
            return;
        }

        if (!identifier.Contains('.', StringComparison.Ordinal))
        {
            Add(values.Text(identifier), owner);
            return;
        }

        foreach (var value in values.At(identifier))
        {
            Add(value.AsText(), owner);
        }
    }

    private void Add(string? text, int owner)
    {
        if (string.IsNullOrEmpty(text))
        {
            return;
        }

        AddExact(text, owner);
        if (text.Contains('.', StringComparison.Ordinal) && text.AsSpan().ContainsAnyInRange('A', 'Z'))
        {
            AddExact(text.ToLowerInvariant(), owner);
        }
    }

    private void AddExact(string text, int owner)
    {
        ref var owners = ref CollectionsMarshal.GetValueRefOrAddDefault(_owners, text, out var exists);
        if (!exists)
        {
            owners.First = owner;
        }
        else if (owners.First != owner && owners.Others?.Contains(owner) != true)
        {
            (owners.Others ??= []).Add(owner);
        }
    }

    /// <summary>The part behind the account: <c>service/cluster/name</c> of an ECS service.</summary>
    private static string? ArnResource(string? arn) => arn?.Split(':', 6) is [_, _, _, _, _, var rest] ? rest : null;
}

/// <summary>Texts that several attributes make together.</summary>
internal static class Template
{
    /// <summary>Fills <c>{path}</c> with the first scalar there; null when one is missing or empty.</summary>
    public static string? Fill(string template, JsonElement values)
    {
        var text = new System.Text.StringBuilder();
        var at = 0;
        while (at < template.Length)
        {
            var open = template.IndexOf('{', at);
            if (open < 0)
            {
                return text.Append(template, at, template.Length - at).ToString();
            }

            var close = template.IndexOf('}', open);
            var value = values.First(template.AsSpan((open + 1)..close))?.AsScalar();
            if (string.IsNullOrEmpty(value))
            {
                return null;
            }

            text.Append(template, at, open - at).Append(value);
            at = close + 1;
        }

        return text.ToString();
    }
}
