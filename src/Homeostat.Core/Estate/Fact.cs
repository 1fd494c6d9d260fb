using System.Globalization;

namespace Homeostat.Core.Estate;

/// <summary>Three-valued truth; <c>default</c> is <see cref="Unknown"/>.</summary>
public enum Truth : byte
{
    Unknown = 0,
    False = 1,
    True = 2,
}

/// <summary>The value of a fact: a number, a flag or a text. <c>default</c> has no value.</summary>
public readonly record struct FactValue
{
    private FactValue(double? number, string? text) => (Number, Text) = (number, text);

    /// <summary>The number, or null where the value is a text; a flag is 0 or 1.</summary>
    public double? Number { get; }

    /// <summary>The text, or null where the value is a number.</summary>
    public string? Text { get; }

    public static FactValue Of(double number) => new(number, null);

    public static FactValue Of(bool flag) => new(flag ? 1 : 0, null);

    public static FactValue Of(string text) => new(null, text);

    public override string ToString() => Text ?? Number?.ToString("0.####", CultureInfo.InvariantCulture) ?? "none";
}

/// <summary>One thing a source says of a resource, with the time at which it was so.</summary>
/// <param name="Key">The fact's name with its unit last: <c>cpu_percent</c>, <c>connections</c>.</param>
public readonly record struct Fact(
    string Key,
    FactValue Value,
    Provenance Provenance,
    EvidenceClass Class = EvidenceClass.Metric
);
