using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Homeostat.Estates.Terraform.Types;

namespace Homeostat.Estates.Terraform;

/// <summary>An attribute of one instance names another instance.</summary>
/// <param name="Rule">What the table says of the attribute; null = nothing.</param>
internal readonly record struct FoundReference(string Path, ReferenceRule? Rule, int Target);

/// <summary>Walks the attributes of an instance and finds every text that identifies another instance.</summary>
internal sealed class ReferenceFinder(
    IReadOnlyList<TerraformInstance> instances,
    IdentifierIndex index,
    TypeTable table
)
{
    private const int MaxName = 512;

    private readonly List<int> _owners = [];
    private readonly List<FoundReference> _found = [];
    private readonly char[] _path = new char[TerraformLimits.MaxDepth * 64];
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);
    private int _from;
    private TypeRule _rule = null!;

    /// <summary>The references of one instance; the list is used again by the next call.</summary>
    public IReadOnlyList<FoundReference> Of(int from)
    {
        (_from, _rule) = (from, table.Of(instances[from].Type));
        _found.Clear();
        Walk(instances[from].Values, _rule.References, null, 0);
        foreach (var (template, rule) in _rule.TemplateReferences)
        {
            if (Template.Fill(template, instances[from].Values) is { } text)
            {
                Match(text, template, rule);
            }
        }

        return _found;
    }

    /// <summary>The instances that a text at an attribute with this rule names.</summary>
    public List<int> Resolve(string text, ReferenceRule? rule)
    {
        _owners.Clear();
        IdentifierText.Find(index, text, isListed: rule?.To is not null, _owners);
        return [.. _owners.Where(owner => IsMeant(rule, owner))];
    }

    private void Walk(JsonElement element, PathTree<ReferenceRule>? node, ReferenceRule? rule, int length)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                WalkObject(element, node, rule, length);
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Walk(item, node, rule, length);
                }

                break;
            case JsonValueKind.String:
                WalkText(element, node, rule, length);
                break;
        }
    }

    private void WalkObject(JsonElement element, PathTree<ReferenceRule>? node, ReferenceRule? rule, int length)
    {
        foreach (var member in element.EnumerateObject())
        {
            if (member.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Array or JsonValueKind.Object))
            {
                continue;
            }

            var raw = JsonMarshal.GetRawUtf8PropertyName(member);
            if (raw.Length > MaxName || length + raw.Length + 1 >= _path.Length)
            {
                continue;
            }

            var start = length == 0 ? 0 : length + 1;
            if (length > 0)
            {
                _path[length] = '.';
            }

            var end = start + Encoding.UTF8.GetChars(raw, _path.AsSpan(start));
            var next = node?.Step(_path.AsSpan(start, end - start));
            var nextRule = next?.Rule ?? rule;
            if (nextRule is not { Roles: ReferenceRoles.None } || next is { HasChildren: true })
            {
                Walk(member.Value, next, nextRule, end);
            }
        }
    }

    private void WalkText(JsonElement element, PathTree<ReferenceRule>? node, ReferenceRule? rule, int length)
    {
        var raw = JsonMarshal.GetRawUtf8Value(element)[1..^1];
        var isSilent = rule is { Roles: ReferenceRoles.None or ReferenceRoles.Grants };
        if (raw.IsEmpty || (isSilent && node is not { HasChildren: true }))
        {
            return;
        }

        if (raw[0] is (byte)'{' or (byte)'[')
        {
            WalkEmbedded(element.GetString()!, node, rule, length);
            return;
        }

        if (isSilent)
        {
            return;
        }

        if (raw.Length > MaxName || raw.Contains((byte)'\\'))
        {
            return;
        }

        Span<char> text = stackalloc char[MaxName];
        text = text[..Encoding.UTF8.GetChars(raw, text)];
        if (rule?.To is not null || IdentifierText.IsUnmistakable(text))
        {
            Match(text, length, rule);
        }
    }

    /// <summary>Policies, container definitions and their kind are JSON inside a text; what is no JSON names nothing.</summary>
    private void WalkEmbedded(string text, PathTree<ReferenceRule>? node, ReferenceRule? rule, int length)
    {
        if (EmbeddedJson.Parse(text) is { } embedded)
        {
            using (embedded)
            {
                Walk(embedded.RootElement, node, rule, length);
            }
        }
    }

    private void Match(ReadOnlySpan<char> text, int length, ReferenceRule? rule)
    {
        _owners.Clear();
        if (IdentifierText.Find(index, text, isListed: rule?.To is not null, _owners))
        {
            Record(Interned(length), rule);
        }
    }

    private void Match(string text, string path, ReferenceRule rule)
    {
        _owners.Clear();
        if (IdentifierText.Find(index, text, isListed: true, _owners))
        {
            Record(path, rule);
        }
    }

    private void Record(string path, ReferenceRule? rule)
    {
        foreach (var owner in _owners)
        {
            if (Accepts(rule, owner))
            {
                _found.Add(new FoundReference(path, rule, owner));
            }
        }
    }

    private bool Accepts(ReferenceRule? rule, int owner) => owner != _from && IsMeant(rule, owner);

    private bool IsMeant(ReferenceRule? rule, int owner) =>
        (rule?.To is null || rule.To.Contains(instances[owner].Type)) && !table.Of(instances[owner].Type).IsValueOnly;

    private string Interned(int length)
    {
        var path = _path.AsSpan(0, length);
        var lookup = _paths.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(path, out var known))
        {
            _paths.Add(known = path.ToString());
        }

        return known;
    }
}

/// <summary>JSON that stands inside an attribute's text.</summary>
internal static class EmbeddedJson
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = TerraformLimits.MaxEmbeddedDepth };

    /// <summary>Null when the text is no JSON, too long or too deep.</summary>
    public static JsonDocument? Parse(string text)
    {
        if (text.Length > TerraformLimits.MaxEmbeddedJson)
        {
            return null;
        }

        try
        {
            return JsonDocument.Parse(text, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
