using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Homeostat.Cli.Reporting;

namespace Homeostat.Cli.Rendering;

/// <summary>Writes the findings as SARIF 2.1.0 (OASIS), in the form that code scanning services take.</summary>
internal static class SarifRenderer
{
    private const string SchemaAddress = "https://json.schemastore.org/sarif-2.1.0.json";

    public static void Render(Report report, TextWriter output)
    {
        using var buffer = new MemoryStream();
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            WriteLog(report, json);
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private static void WriteLog(Report report, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("$schema", SchemaAddress);
        json.WriteString("version", "2.1.0");
        json.WriteStartArray("runs");
        json.WriteStartObject();
        WriteTool(report, json);
        json.WriteStartArray("results");
        foreach (var finding in report.Findings)
        {
            WriteResult(report, finding, json);
        }

        json.WriteEndArray();
        WriteInvocation(report, json);
        json.WriteString("columnKind", "utf16CodeUnits");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTool(Report report, Utf8JsonWriter json)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "Homeostat");
        json.WriteString("semanticVersion", Version);
        json.WriteStartArray("rules");
        foreach (var test in report.Findings.Select(finding => finding.Test).Distinct().Order(StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("id", test);
            WriteMessage("shortDescription", Rules.SentenceOf(test), json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteResult(Report report, ReportFinding finding, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Test);
        json.WriteString("level", LevelOf(finding.AtMost));
        WriteMessage("message", MessageOf(finding), json);
        json.WriteStartArray("locations");
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", UriOf(report.Subject.File));
        json.WriteEndObject();

        // A plan is one long line of JSON: the resource is named by the logical location.
        json.WriteStartObject("region");
        json.WriteNumber("startLine", 1);
        json.WriteEndObject();
        json.WriteEndObject();
        WriteLogicalLocations(finding, json);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        json.WriteString("homeostatFinding/v1", FingerprintOf(finding));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteLogicalLocations(ReportFinding finding, Utf8JsonWriter json)
    {
        if (finding.Path.Count == 0)
        {
            return;
        }

        json.WriteStartArray("logicalLocations");
        foreach (var step in finding.Path)
        {
            json.WriteStartObject();
            json.WriteString("fullyQualifiedName", step);
            json.WriteString("kind", "resource");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteInvocation(Report report, Utf8JsonWriter json)
    {
        json.WriteStartArray("invocations");
        json.WriteStartObject();
        json.WriteBoolean("executionSuccessful", value: true);
        json.WriteNumber("exitCode", report.ExitCode);
        json.WriteString("exitCodeDescription", report.Verdict);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteMessage(string name, string text, Utf8JsonWriter json)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    private static string MessageOf(ReportFinding finding)
    {
        var text = new StringBuilder($"{finding.AtMost}: {finding.Reason}.");
        if (finding.Path.Count > 1)
        {
            text.Append($" Path: {string.Join(" → ", finding.Path)}.");
        }

        if (finding.EvidenceAgeSeconds is { } age)
        {
            text.Append($" Evidence: {Wording.Age(age)} old.");
        }

        return finding.Remedy is { } remedy ? text.Append($" Remedy: {remedy}.").ToString() : text.ToString();
    }

    private static string LevelOf(string atMost) =>
        atMost switch
        {
            "deny" => "error",
            "allow" => "note",
            _ => "warning",
        };

    /// <summary>Relative to where the command ran, as code scanning wants it; a path outside of it stays as it is.</summary>
    private static string UriOf(string? file)
    {
        var relative = file is null ? "plan.json" : Path.GetRelativePath(".", file);
        return string.Join('/', relative.Split(Path.DirectorySeparatorChar).Select(Uri.EscapeDataString));
    }

    /// <summary>The same finding of the next plan has the same fingerprint: no times, no amounts.</summary>
    private static string FingerprintOf(ReportFinding finding) =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{finding.Test}\n{string.Join('\n', finding.Path)}"))
        )[..32];

    private static string Version =>
        typeof(SarifRenderer).Assembly.GetName().Version is { } version
            ? $"{version.Major}.{version.Minor}.{version.Build}"
            : "0.0.0";
}
