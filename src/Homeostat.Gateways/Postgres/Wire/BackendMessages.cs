namespace Homeostat.Gateways.Postgres.Wire;

/// <summary>
/// Writes what we ourselves say to a client, in the server's place.
/// https://www.postgresql.org/docs/current/protocol-message-formats.html
/// </summary>
internal static class BackendMessages
{
    private const int AuthenticationOk = 0;
    private const int AuthenticationSasl = 10;
    private const int AuthenticationSaslContinue = 11;
    private const int AuthenticationSaslFinal = 12;

    public static void WriteAuthenticationOk(MessageWriter writer)
    {
        writer.BeginMessage(BackendType.Authentication);
        writer.WriteInt32(AuthenticationOk);
        writer.EndMessage();
    }

    public static void WriteAuthenticationSasl(MessageWriter writer, params ReadOnlySpan<string> mechanisms)
    {
        writer.BeginMessage(BackendType.Authentication);
        writer.WriteInt32(AuthenticationSasl);
        foreach (var mechanism in mechanisms)
        {
            writer.WriteString(mechanism);
        }

        writer.WriteByte(0);
        writer.EndMessage();
    }

    public static void WriteAuthenticationSaslContinue(MessageWriter writer, ReadOnlySpan<byte> data) =>
        WriteSasl(writer, AuthenticationSaslContinue, data);

    public static void WriteAuthenticationSaslFinal(MessageWriter writer, ReadOnlySpan<byte> data) =>
        WriteSasl(writer, AuthenticationSaslFinal, data);

    /// <summary>The secret is what a CancelRequest has to show.</summary>
    public static void WriteBackendKeyData(MessageWriter writer, int processId, int secret)
    {
        writer.BeginMessage(BackendType.BackendKeyData);
        writer.WriteInt32(processId);
        writer.WriteInt32(secret);
        writer.EndMessage();
    }

    /// <summary>The newest minor version that is spoken, and the options of the startup packet that are not known.</summary>
    public static void WriteNegotiateProtocolVersion(
        MessageWriter writer,
        int newestMinor,
        params ReadOnlySpan<string> unknownOptions
    )
    {
        writer.BeginMessage(BackendType.NegotiateProtocolVersion);
        writer.WriteInt32(StartupCode.Version3 | newestMinor);
        writer.WriteInt32(unknownOptions.Length);
        foreach (var option in unknownOptions)
        {
            writer.WriteString(option);
        }

        writer.EndMessage();
    }

    public static void WriteParameterStatus(MessageWriter writer, string name, string value)
    {
        writer.BeginMessage(BackendType.ParameterStatus);
        writer.WriteString(name);
        writer.WriteString(value);
        writer.EndMessage();
    }

    /// <summary>I: idle; T: in a transaction; E: in one that failed.</summary>
    public static void WriteReadyForQuery(MessageWriter writer, byte status)
    {
        writer.BeginMessage(BackendType.ReadyForQuery);
        writer.WriteByte(status);
        writer.EndMessage();
    }

    public static void WriteError(MessageWriter writer, ErrorFields error)
    {
        writer.BeginMessage(BackendType.ErrorResponse);
        error.WriteTo(writer);
        writer.EndMessage();
    }

    public static void WriteNotice(MessageWriter writer, ErrorFields notice)
    {
        writer.BeginMessage(BackendType.NoticeResponse);
        notice.WriteTo(writer);
        writer.EndMessage();
    }

    public static void WriteCommandComplete(MessageWriter writer, string tag)
    {
        writer.BeginMessage(BackendType.CommandComplete);
        writer.WriteString(tag);
        writer.EndMessage();
    }

    public static void WriteEmptyQueryResponse(MessageWriter writer) =>
        WriteEmpty(writer, BackendType.EmptyQueryResponse);

    public static void WriteParseComplete(MessageWriter writer) => WriteEmpty(writer, BackendType.ParseComplete);

    public static void WriteBindComplete(MessageWriter writer) => WriteEmpty(writer, BackendType.BindComplete);

    public static void WriteCloseComplete(MessageWriter writer) => WriteEmpty(writer, BackendType.CloseComplete);

    public static void WriteNoData(MessageWriter writer) => WriteEmpty(writer, BackendType.NoData);

    private static void WriteSasl(MessageWriter writer, int code, ReadOnlySpan<byte> data)
    {
        writer.BeginMessage(BackendType.Authentication);
        writer.WriteInt32(code);
        writer.WriteRaw(data);
        writer.EndMessage();
    }

    private static void WriteEmpty(MessageWriter writer, byte type)
    {
        writer.BeginMessage(type);
        writer.EndMessage();
    }
}
