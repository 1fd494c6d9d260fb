using System.Formats.Cbor;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;

namespace Homeostat.Ledger.Tests;

/// <summary>Keys and statements that are the same in every run.</summary>
internal static class Samples
{
    public const string Origin = "example.org/log";

    public static SigningKey Key(byte seed = 1, string name = Origin) =>
        SigningKey.FromSeed(name, [.. Enumerable.Repeat(seed, 32)]);

    public static byte[] Payload(int number, int padding = 0)
    {
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
        writer.WriteStartMap(2);
        writer.WriteTextString("n");
        writer.WriteInt32(number);
        writer.WriteTextString("pad");
        writer.WriteByteString(new byte[padding]);
        writer.WriteEndMap();
        return writer.Encode();
    }

    public static byte[] Entry(SigningKey key, int number, int padding = 0) =>
        Statement.Sign(
            key,
            new StatementHeader("gateway", "orders", "application/vnd.example+cbor"),
            Payload(number, padding)
        );
}
