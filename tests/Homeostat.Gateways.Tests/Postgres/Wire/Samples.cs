using System.Buffers.Binary;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Tests.Postgres.Wire;

/// <summary>One message of each kind that a client sends.</summary>
internal static class Samples
{
    public static readonly Dictionary<string, byte[]> Client = new(StringComparer.Ordinal)
    {
        ["Query"] = Bytes(to => FrontendMessages.WriteQuery(to, "select 'ä'")),
        ["Parse"] = Bytes(to => FrontendMessages.WriteParse(to, "one"u8, "select $1"u8, [23, uint.MaxValue])),
        ["Bind"] = Bytes(to => FrontendMessages.WriteBind(to, "portal"u8, "one"u8)),
        ["Describe"] = Bytes(to => FrontendMessages.WriteDescribe(to, NamedThing.Portal, "portal"u8)),
        ["Execute"] = Bytes(to => FrontendMessages.WriteExecute(to, "portal"u8, 100)),
        ["Close"] = Bytes(to => FrontendMessages.WriteClose(to, NamedThing.Statement, "one"u8)),
        ["Sync"] = Bytes(FrontendMessages.WriteSync),
        ["Flush"] = Bytes(FrontendMessages.WriteFlush),
        ["Terminate"] = Bytes(FrontendMessages.WriteTerminate),
        ["CopyFail"] = Bytes(to => FrontendMessages.WriteCopyFail(to, "no more")),
        ["CopyData"] = Message(FrontendType.CopyData, "1\t2\n"u8),
        ["CopyDone"] = Message(FrontendType.CopyDone, []),
        ["FunctionCall"] = Message(FrontendType.FunctionCall, [0, 0, 4, 210, 0, 0, 0, 0, 0, 0]),
        ["Sasl"] = Bytes(to => FrontendMessages.WriteSaslInitialResponse(to, "SCRAM-SHA-256", "n,,n=,r=x"u8)),
    };

    public static byte[] Bytes(Action<MessageWriter> write)
    {
        using var stream = new ByteStream([]);
        using var writer = new MessageWriter(stream);
        write(writer);
        writer.FlushAsync(default).AsTask().GetAwaiter().GetResult();
        return stream.Written;
    }

    public static byte[] Message(byte type, ReadOnlySpan<byte> body)
    {
        var message = new byte[MessageHeader.Bytes + body.Length];
        message[0] = type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), MessageHeader.LengthBytes + body.Length);
        body.CopyTo(message.AsSpan(MessageHeader.Bytes));
        return message;
    }

    public static byte[] WithLength(byte[] message, int length)
    {
        var changed = message.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(changed.AsSpan(1), length);
        return changed;
    }
}
