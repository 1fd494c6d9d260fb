using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Homeostat.Core.Estate;

/// <summary>
/// Names one resource of the estate: a Terraform address, an ARN, a database object; 1 to 2048 characters without
/// control characters and without those that change a text's direction or break its line. Two ids are the same
/// resource exactly when their characters are.
/// </summary>
public readonly record struct ResourceId
{
    private readonly string? _value;

    /// <exception cref="ArgumentException">The text is empty, too long or has a control character.</exception>
    public ResourceId(string value) => _value = IdText.Check(value, nameof(value));

    /// <summary>The id's characters; empty only in <c>default</c>, which names nothing.</summary>
    public string Value => _value ?? "";

    /// <summary>False when the text cannot be an id; nothing is repaired.</summary>
    public static bool TryCreate([NotNullWhen(true)] string? text, out ResourceId id)
    {
        var valid = IdText.IsValid(text);
        id = valid ? new ResourceId(text!) : default;
        return valid;
    }

    public override string ToString() => Value;
}

/// <summary>Names one body of data that must not be lost, whoever holds copies of it.</summary>
public readonly record struct AssetId
{
    private readonly string? _value;

    /// <exception cref="ArgumentException">The text is empty, too long or has a control character.</exception>
    public AssetId(string value) => _value = IdText.Check(value, nameof(value));

    /// <summary>The id's characters; empty only in <c>default</c>, which names nothing.</summary>
    public string Value => _value ?? "";

    public override string ToString() => Value;
}

/// <summary>The kind of a resource in the model's words (<c>database</c>, <c>volume</c>); the known ones stand in <see cref="KindTable"/>.</summary>
public readonly record struct ResourceKind
{
    private readonly string? _name;

    /// <exception cref="ArgumentException">The name is empty, too long or has a control character.</exception>
    public ResourceKind(string name) => _name = IdText.Check(name, nameof(name));

    /// <summary>The kind's name; <c>unknown</c> in <c>default</c>, a kind without any transition.</summary>
    public string Name => _name ?? "unknown";

    public override string ToString() => Name;
}

internal static class IdText
{
    // C0, DEL, C1, the line and paragraph separators, and what Unicode has for changing the direction of a text: an id
    // with one of them could steer the terminal of whoever reads a finding, or look like another id.
    private static readonly SearchValues<char> Refused = SearchValues.Create([
        .. Enumerable.Range(0, 0x20).Select(code => (char)code),
        .. Enumerable.Range(0x7F, 0x21).Select(code => (char)code),
        .. "\u061C\u200E\u200F\u2028\u2029\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069",
    ]);

    public static bool IsValid([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= Limits.MaxIdLength } && !text.AsSpan().ContainsAny(Refused);

    public static string Check(string? text, string parameter) =>
        IsValid(text)
            ? text
            : throw new ArgumentException(
                $"an id has 1 to {Limits.MaxIdLength} characters, none of which is for control or changes the direction of text",
                parameter
            );
}
