using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Homeostat.Cli.Reporting;

namespace Homeostat.Cli.Rendering;

/// <summary>Writes the report as the one JSON object that docs/review.md describes.</summary>
internal static class JsonRenderer
{
    public static void Render(Report report, TextWriter output) =>
        output.WriteLine(JsonSerializer.Serialize(report, ReportJson.Relaxed.Report));
}

[JsonSerializable(typeof(Report))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>Addresses keep their quotes and arrows readable; nothing here is put into HTML.</summary>
    public static ReportJson Relaxed { get; } =
        new(
            new JsonSerializerOptions
            {
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
                WriteIndented = true,
            }
        );
}
