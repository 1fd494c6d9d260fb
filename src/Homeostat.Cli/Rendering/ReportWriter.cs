using Homeostat.Cli.Reporting;
using Homeostat.Cli.Running;

namespace Homeostat.Cli.Rendering;

/// <summary>Chooses the form that was asked for.</summary>
internal static class ReportWriter
{
    public static void Write(Report report, string format, bool all, Terminal terminal)
    {
        switch (format)
        {
            case "json":
                JsonRenderer.Render(report, terminal.Output);
                break;
            case "sarif":
                SarifRenderer.Render(report, terminal.Output);
                break;
            case "markdown":
                MarkdownRenderer.Render(report, all, terminal.Output);
                break;
            default:
                TableRenderer.Render(report, all, terminal);
                break;
        }
    }
}
