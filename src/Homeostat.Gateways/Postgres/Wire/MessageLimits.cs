namespace Homeostat.Gateways.Postgres.Wire;

/// <summary>The longest body of each type of message; what is not in the tables is no message.</summary>
internal static class MessageLimits
{
    private const int Unknown = -1;

    private static readonly int[] Client = Table(
        (FrontendType.Bind, Limits.MaxMessageBytes),
        (FrontendType.Close, Limits.MaxSmallMessageBytes),
        (FrontendType.CopyData, Limits.MaxMessageBytes),
        (FrontendType.CopyDone, 0),
        (FrontendType.CopyFail, Limits.MaxSmallMessageBytes),
        (FrontendType.Describe, Limits.MaxSmallMessageBytes),
        (FrontendType.Execute, Limits.MaxSmallMessageBytes),
        (FrontendType.Flush, 0),
        (FrontendType.FunctionCall, Limits.MaxSmallMessageBytes),
        (FrontendType.Parse, Limits.MaxStatementMessageBytes),
        (FrontendType.Password, Limits.MaxSmallMessageBytes),
        (FrontendType.Query, Limits.MaxStatementMessageBytes),
        (FrontendType.Sync, 0),
        (FrontendType.Terminate, 0)
    );

    private static readonly int[] Server = Table(
        (BackendType.Authentication, Limits.MaxSmallMessageBytes),
        (BackendType.BackendKeyData, Limits.MaxSmallMessageBytes),
        (BackendType.BindComplete, 0),
        (BackendType.CloseComplete, 0),
        (BackendType.CommandComplete, Limits.MaxSmallMessageBytes),
        (BackendType.CopyBothResponse, Limits.MaxSmallMessageBytes),
        (BackendType.CopyData, Limits.MaxMessageBytes),
        (BackendType.CopyDone, 0),
        (BackendType.CopyInResponse, Limits.MaxSmallMessageBytes),
        (BackendType.CopyOutResponse, Limits.MaxSmallMessageBytes),
        (BackendType.DataRow, Limits.MaxMessageBytes),
        (BackendType.EmptyQueryResponse, 0),
        (BackendType.ErrorResponse, Limits.MaxHeldMessageBytes),
        (BackendType.FunctionCallResponse, Limits.MaxMessageBytes),
        (BackendType.NegotiateProtocolVersion, Limits.MaxSmallMessageBytes),
        (BackendType.NoData, 0),
        (BackendType.NoticeResponse, Limits.MaxHeldMessageBytes),
        (BackendType.NotificationResponse, Limits.MaxSmallMessageBytes),
        (BackendType.ParameterDescription, Limits.MaxHeldMessageBytes),
        (BackendType.ParameterStatus, Limits.MaxHeldMessageBytes),
        (BackendType.ParseComplete, 0),
        (BackendType.PortalSuspended, 0),
        (BackendType.ReadyForQuery, 1),
        (BackendType.RowDescription, Limits.MaxHeldMessageBytes)
    );

    /// <summary>Why a header is refused, or null.</summary>
    public static string? Refusal(MessageSource source, byte type, int length)
    {
        var longest = (source == MessageSource.Client ? Client : Server)[type];
        if (longest == Unknown)
        {
            return $"0x{type:X2} is not the type of a message";
        }

        if (length < MessageHeader.LengthBytes)
        {
            return $"the length {length} of a message of type {(char)type} does not count its own four bytes";
        }

        return length - MessageHeader.LengthBytes > longest
            ? $"a message of type {(char)type} has {length - MessageHeader.LengthBytes} bytes; at most {longest} are accepted"
            : null;
    }

    private static int[] Table(params ReadOnlySpan<(byte Type, int Longest)> rows)
    {
        var table = new int[256];
        Array.Fill(table, Unknown);
        foreach (var (type, longest) in rows)
        {
            table[type] = longest;
        }

        return table;
    }
}
