using Homeostat.Core.Actions;

namespace Homeostat.Core.Deciding;

/// <summary>What an operator should know, as the payload of a ledger entry; it changes no balance.</summary>
internal static class ReportRecord
{
    public const string ContentType = "application/vnd.homeostat.report+cbor";

    private const int MaxText = 1024;

    public static byte[] Encode(string kind, string text, DateTimeOffset at) =>
        RecordWriter.Encode(map =>
        {
            map.Text("kind", kind);
            map.Text("text", text.Length <= MaxText ? text : text[..MaxText]);
            map.Time("at", at);
        });
}
