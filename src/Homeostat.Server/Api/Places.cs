using Homeostat.Client.Contract;
using Homeostat.Core.Estate;

namespace Homeostat.Server.Api;

/// <summary>Collects everything that is wrong with a body, each with its place; a value that is wrong reads as its default.</summary>
internal sealed class Places
{
    private readonly List<PlaceBody> _errors = [];

    public IReadOnlyList<PlaceBody> Errors => _errors;

    public void Refuse(string at, string problem)
    {
        if (_errors.Count < Limits.ListedRows)
        {
            _errors.Add(new PlaceBody(at, problem));
        }
    }

    public ResourceId Id(string at, string? text)
    {
        if (ResourceId.TryCreate(text, out var id))
        {
            return id;
        }

        Refuse(at, $"expected the id of a resource, 1 to {Core.Limits.MaxIdLength} characters");
        return default;
    }

    public ResourceId[] Ids(string at, IEnumerable<string> texts) =>
        [.. texts.Select((text, i) => Id($"{at}[{i}]", text))];

    /// <summary>A word of an enumeration; absent it is what is said here.</summary>
    public T Word<T>(string at, string? text, T absent)
        where T : struct, Enum => text is null ? absent : Word<T>(at, text);

    public T Word<T>(string at, string? text)
        where T : struct, Enum
    {
        if (Words.TryParse<T>(text, out var value))
        {
            return value;
        }

        Refuse(at, $"expected one of {Words.All<T>()}");
        return default;
    }

    /// <summary>A text with something in it, for people.</summary>
    public string Text(string at, string? text, int most = Limits.TextChars)
    {
        if (text is { Length: > 0 } && text.Length <= most && !text.Any(char.IsControl))
        {
            return text;
        }

        Refuse(at, $"expected 1 to {most} characters, none of them a control character");
        return "";
    }

    /// <summary>A name of an agent, a lease, a source: letters, digits and a few signs.</summary>
    public string Name(string at, string? text)
    {
        if (
            text is { Length: > 0 and <= Limits.NameChars }
            && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '/' or '@' or ':')
        )
        {
            return text;
        }

        Refuse(at, $"expected 1 to {Limits.NameChars} letters, digits and - _ . / @ :");
        return "unnamed";
    }

    public TimeSpan Seconds(string at, double? seconds, TimeSpan absent, TimeSpan most)
    {
        if (seconds is not { } given)
        {
            return absent;
        }

        if (given >= 0 && given <= most.TotalSeconds)
        {
            return TimeSpan.FromSeconds(given);
        }

        Refuse(at, $"expected seconds, 0 to {most.TotalSeconds:0}");
        return absent;
    }

    /// <summary>A number between two others; both may be reached.</summary>
    public T Within<T>(string at, T? value, T absent, T least, T most)
        where T : struct, IComparable<T>
    {
        if (value is not { } given)
        {
            return absent;
        }

        if (given.CompareTo(least) >= 0 && given.CompareTo(most) <= 0)
        {
            return given;
        }

        Refuse(at, $"expected {least} to {most}");
        return absent;
    }
}
