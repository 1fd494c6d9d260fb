using System.Formats.Cbor;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;

namespace Homeostat.Ledger.Storage;

/// <summary>The first entry of every shard: when it began, and the last checkpoint of the shard before, so that the shards are one chain.</summary>
public sealed record ShardHead(DateTimeOffset Began, Checkpoint? Previous)
{
    public const string ContentType = "application/vnd.homeostat.shard+cbor";

    internal byte[] Sign(SigningKey key, string origin)
    {
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
        writer.WriteStartMap(Previous is null ? 1 : 4);
        writer.WriteInt32(1);
        writer.WriteInt64(Began.ToUnixTimeSeconds());
        if (Previous is { } previous)
        {
            writer.WriteInt32(2);
            writer.WriteTextString(previous.Origin);
            writer.WriteInt32(3);
            writer.WriteInt64(previous.Size);
            writer.WriteInt32(4);
            writer.WriteByteString(previous.Root.ToArray());
        }

        writer.WriteEndMap();
        return Statement.Sign(key, new StatementHeader(key.Name, origin, ContentType), writer.Encode());
    }

    /// <summary>Reads the head from a shard's first entry; a <see cref="FormatException"/> says why it is none.</summary>
    public static ShardHead Parse(ReadOnlyMemory<byte> entry)
    {
        var statement = Statement.Parse(entry);
        if (statement.Header.ContentType != ContentType)
        {
            throw new FormatException(
                $"the first entry of a shard is of type {ContentType}, not {statement.Header.ContentType}"
            );
        }

        try
        {
            var reader = new CborReader(statement.Payload, CborConformanceMode.Strict);
            var fields = reader.ReadStartMap();
            _ = reader.ReadInt32();
            var began = DateTimeOffset.FromUnixTimeSeconds(reader.ReadInt64());
            return new ShardHead(began, fields == 4 ? ReadPrevious(reader) : null);
        }
        catch (Exception e)
            when (e is CborContentException or InvalidOperationException or OverflowException or ArgumentException)
        {
            throw new FormatException($"the shard's head is not what it should be: {e.Message}", e);
        }
    }

    private static Checkpoint ReadPrevious(CborReader reader)
    {
        _ = reader.ReadInt32();
        var origin = reader.ReadTextString();
        _ = reader.ReadInt32();
        var size = reader.ReadInt64();
        _ = reader.ReadInt32();
        return new Checkpoint(origin, size, Digest.From(reader.ReadByteString()));
    }
}
