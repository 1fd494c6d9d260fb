using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Homeostat.Cli.Reporting;

namespace Homeostat.Cli.Rendering;

/// <summary>Writes the findings as SARIF 2.1.0 (OASIS), in the form that code scanning services take.</summary>
internal static class SarifRenderer
{
    private const string GuardTest = "homeostasis.guard";
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
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var finding in ResultsOf(report))
        {
            WriteResult(report, finding, UniqueIn(told, finding), json);
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
        foreach (var test in ResultsOf(report).Select(finding => finding.Test).Distinct().Order(StringComparer.Ordinal))
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

    /// <summary>The findings, and as notes what no test refuses and a reviewer should see.</summary>
    private static IEnumerable<ReportFinding> ResultsOf(Report report) =>
        report
            .Findings.Concat(
                report.Exposed.Select(gain =>
                    Note("report.exposed", $"{gain.Target} is opened: {gain.Privilege} for {gain.To}", gain.Target)
                )
            )
            .Concat(
                report
                    .Lost.GuardsLost.Where(guard =>
                        !report.Findings.Any(finding => finding.Path.Contains(guard) && finding.Test == GuardTest)
                    )
                    .Select(guard => Note("report.guard-lost", $"{guard} would no longer guard", guard))
            )
            .Concat(
                report.Coverage.UnwrittenChanges.Select(change =>
                    Note(
                        "report.unknown-meaning",
                        $"nobody wrote down what {change.Key} means to {change.Target}; the worst is assumed too",
                        change.Target
                    )
                )
            );

    private static ReportFinding Note(string rule, string text, string resource) =>
        new(rule, "allow", text, [resource], null, [], null);

    /// <summary>Findings of one test with one path, such as two variables of one service, are told apart by their order.</summary>
    private static string UniqueIn(HashSet<string> told, ReportFinding finding)
    {
        var fingerprint = FingerprintOf(finding, 0);
        for (var nth = 1; !told.Add(fingerprint); nth++)
        {
            fingerprint = FingerprintOf(finding, nth);
        }

        return fingerprint;
    }

    private static void WriteResult(Report report, ReportFinding finding, string fingerprint, Utf8JsonWriter json)
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
        json.WriteString("homeostatFinding/v1", fingerprint);
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
        var text = new StringBuilder(IsNote(finding) ? $"{finding.Reason}." : $"{finding.AtMost}: {finding.Reason}.");
        if (finding.Path.Count > 1)
        {
            text.Append($" Path: {string.Join(" → ", finding.Path)}.");
        }

        if (finding.EvidenceAgeSeconds is { } age)
        {
            text.Append($" Evidence: {Wording.Old(age)}.");
        }

        return finding.Remedy is { } remedy ? text.Append($" Remedy: {remedy}.").ToString() : text.ToString();
    }

    private static bool IsNote(ReportFinding finding) => finding.Test.StartsWith("report.", StringComparison.Ordinal);

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
    private static string FingerprintOf(ReportFinding finding, int nth) =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    $"{finding.Test}\n{string.Join('\n', finding.Path)}{(nth > 0 ? $"\n{nth}" : "")}"
                )
            )
        )[..32];

    private static string Version =>
        typeof(SarifRenderer).Assembly.GetName().Version is { } version
            ? $"{version.Major}.{version.Minor}.{version.Build}"
            : "0.0.0";
}
