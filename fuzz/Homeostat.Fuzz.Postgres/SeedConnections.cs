using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Fuzz.Postgres;

/// <summary>What a client and a server send in a session, under different choices.</summary>
internal static class SeedConnections
{
    private static readonly byte[] s_choices = [2, 10, 0x2E, 0x52, 0x6A, 0xBA];

    public static IEnumerable<byte[]> All =>
        s_choices.SelectMany<byte, byte[]>(choice =>
            [
                [choice, .. Messages.Written(Client)],
                [choice, .. Messages.Written(writer => FrontendMessages.WriteSslRequest(writer))],
                [choice, .. Messages.Written(writer => FrontendMessages.WriteCancelRequest(writer, 7, [1, 2, 3, 4]))],
                [(byte)(choice & ~2 | 1), .. Messages.Written(Server)],
            ]
        );

    private static void Client(MessageWriter writer)
    {
        FrontendMessages.WriteStartup(writer, ("user", "a"), ("database", "b"), ("client_encoding", "UTF8"));
        FrontendMessages.WriteSaslInitialResponse(writer, "SCRAM-SHA-256", "n,,n=,r=abc"u8);
        FrontendMessages.WriteQuery(writer, "select 1");
        FrontendMessages.WriteParse(writer, "s"u8, "select $1"u8, [23, 25]);
        FrontendMessages.WriteBind(writer, "p"u8, "s"u8);
        FrontendMessages.WriteDescribe(writer, NamedThing.Portal, "p"u8);
        FrontendMessages.WriteExecute(writer, "p"u8, 10);
        FrontendMessages.WriteClose(writer, NamedThing.Statement, "s"u8);
        FrontendMessages.WriteSync(writer);
        FrontendMessages.WriteCopyFail(writer, "no");
        FrontendMessages.WriteTerminate(writer);
    }

    private static void Server(MessageWriter writer)
    {
        BackendMessages.WriteError(writer, new ErrorFields(ErrorFields.Error, "42601", "no") { Hint = "yes" });
        BackendMessages.WriteParameterStatus(writer, "TimeZone", "UTC");
        BackendMessages.WriteCommandComplete(writer, "SELECT 1");
        BackendMessages.WriteReadyForQuery(writer, (byte)'I');
    }
}
