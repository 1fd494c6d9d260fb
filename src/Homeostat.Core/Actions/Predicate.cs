using Homeostat.Core.Estate;

namespace Homeostat.Core.Actions;

public enum Comparison : byte
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>A statement about one fact: <c>db-a cpu_percent &lt; 5</c>.</summary>
public sealed record Predicate(ResourceId Subject, string Key, Comparison Comparison, FactValue Value)
{
    /// <summary>Whether a value satisfies it; a text has no order, so only (in)equality can hold of it.</summary>
    public bool Holds(FactValue actual) =>
        Comparison switch
        {
            Comparison.Equal => Same(actual),
            Comparison.NotEqual => !Same(actual),
            Comparison.Less => actual.Number < Value.Number,
            Comparison.LessOrEqual => actual.Number <= Value.Number,
            Comparison.Greater => actual.Number > Value.Number,
            Comparison.GreaterOrEqual => actual.Number >= Value.Number,
            _ => false,
        };

    /// <summary>Whether the value can satisfy or contradict it at all: a text has no order, and what is no number proves nothing.</summary>
    public bool CanTell(FactValue actual) =>
        actual is { Number: null, Text: null } || actual.Number is double.NaN || Value.Number is double.NaN ? false
        : Comparison is Comparison.Equal or Comparison.NotEqual ? actual.Text is null == Value.Text is null
        : actual.Number is not null && Value.Number is not null;

    public override string ToString() => $"{Subject} {Key} {Symbol} {Value}";

    private string Symbol =>
        Comparison switch
        {
            Comparison.Equal => "=",
            Comparison.NotEqual => "≠",
            Comparison.Less => "<",
            Comparison.LessOrEqual => "≤",
            Comparison.Greater => ">",
            Comparison.GreaterOrEqual => "≥",
            _ => "?",
        };

    private bool Same(FactValue actual) =>
        (actual.Text, Value.Text) switch
        {
            (null, null) => actual.Number is { } number && number == Value.Number,
            ({ } left, { } right) => string.Equals(left, right, StringComparison.Ordinal),
            _ => false,
        };
}
