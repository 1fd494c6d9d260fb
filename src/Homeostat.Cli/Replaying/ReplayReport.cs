using System.Text.Encodings.Web;
using System.Text.Json;
using Homeostat.Cli.Running;
using Homeostat.Core.Actions;
using Homeostat.Estates.Scenarios;

namespace Homeostat.Cli.Replaying;

/// <summary>Says how replays went, to people and to programs.</summary>
internal static class ReplayReport
{
    private const int MaxFindings = 3;

    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void WriteJson(IReadOnlyList<VariantResult> results, TextWriter output)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Indented))
        {
            json.WriteStartArray();
            foreach (var result in results)
            {
                Write(result, json);
            }

            json.WriteEndArray();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }

    public static void WriteText(Scenario scenario, IReadOnlyList<VariantResult> results, TextWriter output)
    {
        Line(output, $"{scenario.Name}: {scenario.Title}");
        foreach (var result in results)
        {
            Line(output, $"  {(result.Passed ? "ok  " : "FAIL")} {result.Variant}: {result.Actual}");
            if (!result.Passed && result.Expected != result.Actual)
            {
                Line(output, $"       expected: {result.Expected}");
            }

            WriteHalt(result, output);
            WriteEnd(result, output);
        }

        foreach (var (variant, why) in scenario.Impossible)
        {
            Line(output, $"  none {variant}: {why}");
        }
    }

    private static void WriteHalt(VariantResult result, TextWriter output)
    {
        foreach (var step in result.Steps.Where(step => step == result.Halt || !step.Passed).Take(MaxFindings))
        {
            Line(output, $"       {step.Step}: {step.Actual}");
            foreach (var finding in step.Findings.Take(MaxFindings))
            {
                Line(output, $"         {finding.AtMost}, {finding.Test}: {finding.Reason}");
            }

            if (step.Findings.Count > MaxFindings)
            {
                Line(output, $"         and {step.Findings.Count - MaxFindings} more");
            }
        }
    }

    private static void WriteEnd(VariantResult result, TextWriter output)
    {
        var acted = result.Permitted;
        Line(output, $"       lost: {(result.Lost.Count == 0 ? "nothing" : string.Join("; ", result.Lost))}");
        Line(output, $"       left: {result.Resources} resources; acted upon: {Few(acted)}");
    }

    private static string Few(IReadOnlyList<string> ids) =>
        ids.Count switch
        {
            0 => "none",
            <= MaxFindings => string.Join(", ", ids),
            _ => $"{ids.Count}, such as {string.Join(", ", ids.Take(MaxFindings))}",
        };

    private static void Line(TextWriter output, string text) => output.WriteLine(PlainText.Clean(text));

    private static void Write(VariantResult result, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("scenario", result.Scenario);
        json.WriteString("variant", result.Variant);
        json.WriteString("expected", result.Expected);
        json.WriteString("actual", result.Actual);
        json.WriteBoolean("passed", result.Passed);
        json.WriteBoolean("haltedBeforeFirstIrreversible", result.HaltedBeforeFirstIrreversible);
        json.WriteStartArray("lost");
        foreach (var lost in result.Lost)
        {
            json.WriteStringValue(lost);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
