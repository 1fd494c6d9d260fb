using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using Homeostat.Core.Deciding;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;

namespace Homeostat.Cli.Tests.Log;

/// <summary>A decision as it stands on a log, with whatever a test wants it to say.</summary>
internal sealed record DecisionStatement
{
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public string Agent { get; init; } = "agent";

    public string Verdict { get; init; } = "Deny";

    public string Permit { get; init; } = "";

    public DateTimeOffset Time { get; init; } = Start;

    public string[] Effects { get; init; } = [];

    /// <summary>Rows that the record holds.</summary>
    public int Held { get; init; } = 24;

    public byte[] Sign(SigningKey key)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartMap(15);
        foreach (var name in new[] { "request", "lease", "operation", "payload", "goal" })
        {
            Text(writer, name, name);
        }

        Text(writer, "agent", Agent);
        Text(writer, "verdict", Verdict);
        Text(writer, "permit", Permit);
        Number(writer, "time", Time.ToUnixTimeMilliseconds());
        Number(writer, "estate", 1);
        Number(writer, "charge", 50_000);
        Number(writer, "confidence", -1_000_000);
        Rows(writer, "effects", Effects);
        Rows(writer, "findings", []);
        Rows(writer, "considered", []);
        writer.WriteEndMap();
        return Statement.Sign(key, new StatementHeader("test", Agent, DecisionEntry.ContentType), writer.Encode());
    }

    private static void Text(CborWriter writer, string name, string value)
    {
        writer.WriteTextString(name);
        writer.WriteTextString(value);
    }

    private static void Number(CborWriter writer, string name, long value)
    {
        writer.WriteTextString(name);
        writer.WriteInt64(value);
    }

    private void Rows(CborWriter writer, string name, string[] rows)
    {
        writer.WriteTextString(name);
        writer.WriteStartArray(3);
        writer.WriteInt32(rows.Length);
        writer.WriteByteString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', rows))));
        writer.WriteStartArray(Math.Min(rows.Length, Held));
        foreach (var row in rows.Take(Held))
        {
            writer.WriteTextString(row);
        }

        writer.WriteEndArray();
        writer.WriteEndArray();
    }
}
