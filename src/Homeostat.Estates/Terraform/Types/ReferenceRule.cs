namespace Homeostat.Estates.Terraform.Types;

/// <summary>What it means that an attribute of X names Y; several may hold at once.</summary>
[Flags]
internal enum ReferenceRoles : ushort
{
    /// <summary>It means nothing.</summary>
    None = 0,

    /// <summary>X needs each Y that is named.</summary>
    Needs = 1 << 0,

    /// <summary>X needs any one of the Ys that the group names.</summary>
    NeedsAny = 1 << 1,

    /// <summary>Y needs any one of the Xs that serve it in the group.</summary>
    Serves = 1 << 2,

    /// <summary>Y needs every X that serves it in the group.</summary>
    ServesAll = 1 << 3,

    /// <summary>The cloud deletes X together with Y.</summary>
    ContainedIn = 1 << 4,

    /// <summary>Without the key Y the content of X is lost.</summary>
    EncryptedBy = 1 << 5,

    /// <summary>X watches over Y.</summary>
    Guards = 1 << 6,

    /// <summary>The attribute is a policy document.</summary>
    Grants = 1 << 7,

    /// <summary>What X cannot deliver goes to Y.</summary>
    DeadLetter = 1 << 8,
}

/// <summary>One line of the type table about references.</summary>
/// <param name="Group">The group's name; null = the attribute's path.</param>
/// <param name="To">The only types that it can name; null = any type, and only by an identifier that cannot be a mere name.</param>
internal sealed record ReferenceRule(ReferenceRoles Roles, string? Group, IReadOnlySet<string>? To)
{
    private static readonly Dictionary<string, ReferenceRoles> Names = new()
    {
        ["none"] = ReferenceRoles.None,
        ["config"] = ReferenceRoles.None,
        ["needs"] = ReferenceRoles.Needs,
        ["needs-any"] = ReferenceRoles.NeedsAny,
        ["serves"] = ReferenceRoles.Serves,
        ["serves-all"] = ReferenceRoles.ServesAll,
        ["contained"] = ReferenceRoles.ContainedIn,
        ["encrypted-by"] = ReferenceRoles.EncryptedBy,
        ["guards"] = ReferenceRoles.Guards,
        ["grants"] = ReferenceRoles.Grants,
        ["dead-letter"] = ReferenceRoles.DeadLetter,
    };

    public static ReferenceRule Default { get; } = new(ReferenceRoles.Needs, null, null);

    public static ReferenceRule Nothing { get; } = new(ReferenceRoles.None, null, null);

    /// <summary>Reads <c>role… [group=name] [to=type,type]</c>.</summary>
    /// <exception cref="FormatException">A word is none of these; the message names it.</exception>
    public static ReferenceRule Parse(string text)
    {
        var roles = ReferenceRoles.None;
        string? group = null;
        HashSet<string>? to = null;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.StartsWith("group=", StringComparison.Ordinal))
            {
                group = word["group=".Length..];
            }
            else if (word.StartsWith("to=", StringComparison.Ordinal))
            {
                to = [.. word["to=".Length..].Split(',')];
            }
            else
            {
                roles |= Names.TryGetValue(word, out var role)
                    ? role
                    : throw new FormatException($"'{word}' is no role; there are {string.Join(", ", Names.Keys)}");
            }
        }

        return new ReferenceRule(roles, group, to);
    }
}

/// <summary>A tree of dotted attribute paths; <c>*</c> stands for any one name, and a rule holds for what is below it.</summary>
internal sealed class PathTree<T>
    where T : class
{
    private readonly Dictionary<string, PathTree<T>> _children = new(StringComparer.Ordinal);

    public T? Rule { get; private set; }

    public bool HasChildren => _children.Count > 0;

    public void Add(string path, T rule)
    {
        var node = this;
        foreach (var step in path.Split('.'))
        {
            if (!node._children.TryGetValue(step, out var next))
            {
                node._children[step] = next = new PathTree<T>();
            }

            node = next;
        }

        node.Rule = rule;
    }

    public PathTree<T>? Step(ReadOnlySpan<char> name) =>
        _children.Count == 0 ? null
        : _children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var exact) ? exact
        : _children.GetValueOrDefault("*");

    /// <summary>The rule at the path or at the nearest place above it that has one.</summary>
    public T? Nearest(string path)
    {
        var (node, rule) = (this, (T?)null);
        foreach (var step in path.Split('.'))
        {
            if (node.Step(step) is not { } next)
            {
                break;
            }

            node = next;
            rule = node.Rule ?? rule;
        }

        return rule;
    }
}
