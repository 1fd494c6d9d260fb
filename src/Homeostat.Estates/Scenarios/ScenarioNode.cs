using System.Runtime.CompilerServices;

namespace Homeostat.Estates.Scenarios;

/// <summary>A value of a scenario file with its line; never changed, so that variants can share what they do not change.</summary>
internal abstract record ScenarioNode(int Line)
{
    /// <summary>What a reader of an error would call it.</summary>
    public abstract string Shape { get; }
}

internal sealed record ScalarNode(int Line, string Text, bool IsQuoted) : ScenarioNode(Line)
{
    public override string Shape => $"\"{Text}\"";

    /// <summary>Nothing was written after the key; in a variant that takes the key away.</summary>
    public bool IsEmpty => !IsQuoted && Text is "" or "~" or "null";
}

internal sealed record ListNode(int Line, IReadOnlyList<ScenarioNode> Items) : ScenarioNode(Line)
{
    public override string Shape => "a list";
}

internal sealed record MapNode(int Line, IReadOnlyList<MapEntry> Entries) : ScenarioNode(Line)
{
    public override string Shape => "a mapping";

    /// <summary>The value of the key; null where the key is absent or empty.</summary>
    public ScenarioNode? this[string key] =>
        Entries.FirstOrDefault(entry => entry.Key == key)?.Value is { } value and not ScalarNode { IsEmpty: true }
            ? value
            : null;

    public string? TextOf(string key) => (this[key] as ScalarNode)?.Text;

    public MapNode Without(params string[] keys) =>
        this with
        {
            Entries = [.. Entries.Where(entry => !keys.Contains(entry.Key))],
        };
}

internal sealed record MapEntry(string Key, int Line, ScenarioNode Value);

/// <summary>One thing that is wrong with a scenario file, and what would be right.</summary>
public sealed record ScenarioError(string File, int Line, string Problem, string Remedy)
{
    public override string ToString() => $"{File}:{Line}: {Problem}; {Remedy}";
}

/// <summary>A scenario file cannot be used; all that is wrong with it at once.</summary>
public sealed class ScenarioException(IReadOnlyList<ScenarioError> errors)
    : Exception(string.Join(Environment.NewLine, errors))
{
    public IReadOnlyList<ScenarioError> Errors => errors;
}

/// <summary>Collects what is wrong with one file, each thing once.</summary>
internal sealed class ErrorList(string file)
{
    private readonly SortedSet<(int Line, string Problem, string Remedy)> _errors = [];
    private readonly Dictionary<(int Line, int Check), int> _places = [];
    private int _thing;

    /// <summary>Something could not be generated: what names it may be right.</summary>
    public bool IsEstateIncomplete { get; set; }

    /// <summary>What is made of one place again and again is wrong there once.</summary>
    public void BeginThing() => _thing++;

    public void Add(int line, string problem, string remedy, [CallerLineNumber] int check = 0)
    {
        if (_places.TryAdd((line, check), _thing) || _places[(line, check)] == _thing)
        {
            _errors.Add((line, problem, remedy));
        }
    }

    public void Add(ScenarioNode at, string problem, string remedy, [CallerLineNumber] int check = 0) =>
        Add(at.Line, problem, remedy, check);

    public IReadOnlyList<ScenarioError> ToErrors() =>
        [
            .. _errors
                .Take(ScenarioLimits.MaxErrors)
                .Select(error => new ScenarioError(file, error.Line, error.Problem, error.Remedy)),
        ];

    /// <exception cref="ScenarioException">Anything was wrong.</exception>
    public void ThrowIfAny()
    {
        if (_errors.Count > 0)
        {
            throw new ScenarioException(ToErrors());
        }
    }
}
