using System.Globalization;

namespace Homeostat.Estates.Terraform.Types;

/// <summary>What the change of an attribute in place does.</summary>
internal enum ChangeVerb
{
    /// <summary>Nobody knows.</summary>
    Unknown,
    Harmless,
    Restart,

    /// <summary>The new value is the capacity; zero stops the resource.</summary>
    Capacity,
    Stop,
    Start,

    /// <summary>A guard no longer guards: the resource itself or its pseudo resource.</summary>
    Disable,

    /// <summary>A pseudo resource ends.</summary>
    Destroy,

    /// <summary>Content is lost while the resource lives.</summary>
    Lose,

    /// <summary>Some of the content is lost, and nobody counted how much.</summary>
    LoseSome,

    /// <summary>An S3 lifecycle: what its new rules let expire is lost later.</summary>
    Expire,

    /// <summary>A copy stops following and goes its own way.</summary>
    Promote,
    Expose,

    /// <summary>Exposed when the new value lets the whole internet in and the old one did not.</summary>
    ExposeCidr,

    /// <summary>A policy document: what it allows beyond the old one is granted.</summary>
    Policy,

    /// <summary>ARNs of policies: what those allow is granted.</summary>
    AttachPolicy,
}

/// <summary>When an alternative of a rule holds.</summary>
internal enum ChangeTest
{
    Always,

    /// <summary>The new value is this text.</summary>
    Is,

    /// <summary>The new value is a smaller number than the old one, or nothing.</summary>
    Less,

    /// <summary>The new value is empty: null, an empty text or an empty list.</summary>
    Empty,

    /// <summary>The old value was this text.</summary>
    Was,

    /// <summary>The new number is more than a quarter away from the old one, or there is none.</summary>
    Far,

    /// <summary>A list of rules or ranges that does more than grow by private ranges and security groups.</summary>
    BeyondPrivate,
}

/// <summary>
/// One alternative: <c>verb [argument] [if =value | if was=value | if less | if empty | if far | if beyond-private]
/// [where condition]</c>; the condition is about other attributes of the new side.
/// </summary>
internal sealed record ChangeAlternative(ChangeVerb Verb, string? Argument, ChangeTest Test, string? Value)
{
    /// <summary>Null = whatever the other attributes are.</summary>
    public Condition? Where { get; private init; }

    private static readonly Dictionary<string, ChangeVerb> Verbs = new()
    {
        ["unknown"] = ChangeVerb.Unknown,
        ["harmless"] = ChangeVerb.Harmless,
        ["restart"] = ChangeVerb.Restart,
        ["capacity"] = ChangeVerb.Capacity,
        ["stop"] = ChangeVerb.Stop,
        ["start"] = ChangeVerb.Start,
        ["disable"] = ChangeVerb.Disable,
        ["destroy"] = ChangeVerb.Destroy,
        ["lose"] = ChangeVerb.Lose,
        ["lose-some"] = ChangeVerb.LoseSome,
        ["expire"] = ChangeVerb.Expire,
        ["promote"] = ChangeVerb.Promote,
        ["expose"] = ChangeVerb.Expose,
        ["expose-cidr"] = ChangeVerb.ExposeCidr,
        ["policy"] = ChangeVerb.Policy,
        ["attach-policy"] = ChangeVerb.AttachPolicy,
    };

    /// <summary>How long a restart takes where the table says it; null is unknown.</summary>
    public TimeSpan? Duration => Argument is null ? null : TimeSpan.Parse(Argument, CultureInfo.InvariantCulture);

    /// <exception cref="FormatException">A word is not in the vocabulary; the message names it.</exception>
    public static ChangeAlternative Parse(string text)
    {
        var where = text.IndexOf(" where ", StringComparison.Ordinal);
        return where < 0
            ? ParsePlain(text)
            : ParsePlain(text[..where]) with
            {
                Where = Condition.Parse(text[(where + " where ".Length)..].Trim()),
            };
    }

    private static ChangeAlternative ParsePlain(string text)
    {
        var condition = text.IndexOf(" if ", StringComparison.Ordinal);
        var words = (condition < 0 ? text : text[..condition]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not ([_] or [_, _]) || !Verbs.TryGetValue(words[0], out var verb))
        {
            throw new FormatException($"'{text}' is no change; it starts with {string.Join(", ", Verbs.Keys)}");
        }

        var (test, value) = condition < 0 ? (ChangeTest.Always, null) : ParseTest(text[(condition + 4)..].Trim());
        var alternative = new ChangeAlternative(verb, words.Length > 1 ? words[1] : null, test, value);
        if (verb == ChangeVerb.Restart)
        {
            _ = alternative.Duration;
        }

        return alternative;
    }

    private static (ChangeTest Test, string? Value) ParseTest(string text) =>
        text switch
        {
            "less" => (ChangeTest.Less, null),
            "empty" => (ChangeTest.Empty, null),
            "far" => (ChangeTest.Far, null),
            "beyond-private" => (ChangeTest.BeyondPrivate, null),
            ['=', .. var value] => (ChangeTest.Is, value),
            ['w', 'a', 's', '=', .. var value] => (ChangeTest.Was, value),
            _ => throw new FormatException(
                $"'if {text}' is no test; there are 'if =value', 'if was=value', 'if less', 'if empty', 'if far', 'if beyond-private'"
            ),
        };
}

/// <summary>The alternatives of one attribute; the first that holds is meant, and none means that nobody knows.</summary>
internal sealed record ChangeRule(IReadOnlyList<ChangeAlternative> Alternatives)
{
    /// <summary>Reads alternatives that are set apart by semicolons.</summary>
    public static ChangeRule Parse(string text) =>
        new([
            .. text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(ChangeAlternative.Parse),
        ]);
}
