using System.Globalization;
using Homeostat.Cli.Running;

namespace Homeostat.Cli.Friction;

/// <summary>The report for people; its YAML can be pasted once the capitals are filled in.</summary>
internal static class FrictionText
{
    public static void Write(FrictionFold fold, TextWriter output)
    {
        var held = fold.WouldBe.Values.Sum();
        var verdicts = string.Join(", ", fold.WouldBe.Select(pair => $"{pair.Value} {Word($"{pair.Key}")}"));
        output.WriteLine(
            held == 0
                ? $"{fold.Decisions} decisions, and observe mode let pass none that enforcing would have held up"
                : $"{fold.Decisions} decisions; enforcing would have held up {held} of those in observe mode: {verdicts}"
        );
        foreach (var reason in fold.Reasons)
        {
            output.WriteLine();
            Write(reason, output);
        }
    }

    private static void Write(FrictionReason reason, TextWriter output)
    {
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{reason.Count, 5}  {Word($"{reason.AtMost}"), -8} {PlainText.Clean(reason.Shape)}"
            )
        );
        foreach (var example in reason.Examples)
        {
            output.WriteLine($"       {PlainText.Clean(example)}");
        }

        foreach (var section in reason.Lines.OrderByDescending(line => line.Value).GroupBy(line => line.Key.Section))
        {
            output.WriteLine("       homeostat.yaml:");
            output.WriteLine($"         {section.Key}:");
            foreach (var (line, count) in section)
            {
                output.WriteLine($"           {PlainText.Clean(line.Line)}  # would settle {count}");
            }
        }
    }

    private static string Word(string verdict) => verdict == "StepUp" ? "step-up" : verdict.ToLowerInvariant();
}
