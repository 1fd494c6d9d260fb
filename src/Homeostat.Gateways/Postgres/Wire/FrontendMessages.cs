using System.Text;

namespace Homeostat.Gateways.Postgres.Wire;

/// <summary>
/// Writes what we ourselves say to the server, in a client's place.
/// https://www.postgresql.org/docs/current/protocol-message-formats.html
/// </summary>
internal static class FrontendMessages
{
    public static void WriteStartup(MessageWriter writer, params ReadOnlySpan<(string Name, string Value)> parameters)
    {
        writer.BeginPacket();
        writer.WriteInt32(StartupCode.Version3);
        foreach (var (name, value) in parameters)
        {
            writer.WriteString(name);
            writer.WriteString(value);
        }

        writer.WriteByte(0);
        writer.EndMessage();
    }

    public static void WriteSslRequest(MessageWriter writer)
    {
        writer.BeginPacket();
        writer.WriteInt32(StartupCode.SslRequest);
        writer.EndMessage();
    }

    public static void WriteCancelRequest(MessageWriter writer, int processId, ReadOnlySpan<byte> secret)
    {
        writer.BeginPacket();
        writer.WriteInt32(StartupCode.CancelRequest);
        writer.WriteInt32(processId);
        writer.WriteRaw(secret);
        writer.EndMessage();
    }

    public static void WritePassword(MessageWriter writer, string password)
    {
        writer.BeginMessage(FrontendType.Password);
        writer.WriteString(password);
        writer.EndMessage();
    }

    public static void WriteSaslInitialResponse(MessageWriter writer, string mechanism, ReadOnlySpan<byte> data)
    {
        writer.BeginMessage(FrontendType.Password);
        writer.WriteString(mechanism);
        writer.WriteInt32(data.Length);
        writer.WriteRaw(data);
        writer.EndMessage();
    }

    public static void WriteSaslResponse(MessageWriter writer, ReadOnlySpan<byte> data)
    {
        writer.BeginMessage(FrontendType.Password);
        writer.WriteRaw(data);
        writer.EndMessage();
    }

    public static void WriteQuery(MessageWriter writer, string text) =>
        WriteQuery(writer, Encoding.UTF8.GetBytes(text));

    public static void WriteQuery(MessageWriter writer, ReadOnlySpan<byte> text)
    {
        writer.BeginMessage(FrontendType.Query);
        writer.WriteString(text);
        writer.EndMessage();
    }

    public static void WriteParse(
        MessageWriter writer,
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> text,
        ReadOnlySpan<uint> parameterTypes
    )
    {
        writer.BeginMessage(FrontendType.Parse);
        writer.WriteString(name);
        writer.WriteString(text);
        writer.WriteInt16((short)checked((ushort)parameterTypes.Length));
        foreach (var type in parameterTypes)
        {
            writer.WriteInt32((int)type);
        }

        writer.EndMessage();
    }

    /// <summary>Binds a statement without parameters; its results come as text.</summary>
    public static void WriteBind(MessageWriter writer, ReadOnlySpan<byte> portal, ReadOnlySpan<byte> statement)
    {
        writer.BeginMessage(FrontendType.Bind);
        writer.WriteString(portal);
        writer.WriteString(statement);
        writer.WriteInt16(0); // formats of parameters
        writer.WriteInt16(0); // parameters
        writer.WriteInt16(0); // formats of results
        writer.EndMessage();
    }

    public static void WriteDescribe(MessageWriter writer, byte kind, ReadOnlySpan<byte> name) =>
        WriteNamed(writer, FrontendType.Describe, kind, name);

    public static void WriteClose(MessageWriter writer, byte kind, ReadOnlySpan<byte> name) =>
        WriteNamed(writer, FrontendType.Close, kind, name);

    /// <summary>Runs a portal for so many rows; 0 is all of them.</summary>
    public static void WriteExecute(MessageWriter writer, ReadOnlySpan<byte> portal, int maxRows)
    {
        writer.BeginMessage(FrontendType.Execute);
        writer.WriteString(portal);
        writer.WriteInt32(maxRows);
        writer.EndMessage();
    }

    public static void WriteCopyFail(MessageWriter writer, string reason)
    {
        writer.BeginMessage(FrontendType.CopyFail);
        writer.WriteString(reason);
        writer.EndMessage();
    }

    public static void WriteSync(MessageWriter writer) => WriteEmpty(writer, FrontendType.Sync);

    public static void WriteFlush(MessageWriter writer) => WriteEmpty(writer, FrontendType.Flush);

    public static void WriteTerminate(MessageWriter writer) => WriteEmpty(writer, FrontendType.Terminate);

    private static void WriteNamed(MessageWriter writer, byte type, byte kind, ReadOnlySpan<byte> name)
    {
        writer.BeginMessage(type);
        writer.WriteByte(kind);
        writer.WriteString(name);
        writer.EndMessage();
    }

    private static void WriteEmpty(MessageWriter writer, byte type)
    {
        writer.BeginMessage(type);
        writer.EndMessage();
    }
}
