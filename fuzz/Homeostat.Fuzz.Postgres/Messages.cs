using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Fuzz.Postgres;

/// <summary>What the readers of single messages accept is written back to the same bytes.</summary>
internal static class Messages
{
    public static void Startup(ReadOnlySpan<byte> packet)
    {
        if (StartupMessage.TryRead(packet, out var startup) && startup.Version == StartupCode.Version3)
        {
            var parameters = startup.Parameters.Select(parameter => (parameter.Key, parameter.Value)).ToArray();
            Same(packet, writer => FrontendMessages.WriteStartup(writer, parameters), MessageHeader.LengthBytes);
        }

        if (CancelRequestMessage.TryRead(packet, out var cancel))
        {
            var secret = packet[^4..].ToArray();
            Same(
                packet,
                writer => FrontendMessages.WriteCancelRequest(writer, cancel.ProcessId, secret),
                MessageHeader.LengthBytes
            );
        }
    }

    public static void Body(MessageSource source, MessageHeader header, ReadOnlySpan<byte> body)
    {
        if (source == MessageSource.Server)
        {
            if (ErrorFields.TryRead(body, out var error))
            {
                var again = Written(error.WriteTo);
                Must(ErrorFields.TryRead(again, out var read) && read == error, "an error that is written is another");
            }

            return;
        }

        switch (header.Type)
        {
            case FrontendType.Query when QueryMessage.TryRead(body, out var query):
                var text = query.Text.ToArray();
                Same(body, writer => FrontendMessages.WriteQuery(writer, text));
                break;
            case FrontendType.Parse when ParseMessage.TryRead(body, out var parse):
                Parse(body, parse);
                break;
            case FrontendType.Describe when DescribeMessage.TryRead(body, out var describe):
                var (kind, described) = (describe.Kind, describe.Name.ToArray());
                Same(body, writer => FrontendMessages.WriteDescribe(writer, kind, described));
                break;
            case FrontendType.Close when CloseMessage.TryRead(body, out var close):
                var (of, closed) = (close.Kind, close.Name.ToArray());
                Same(body, writer => FrontendMessages.WriteClose(writer, of, closed));
                break;
            case FrontendType.Execute when ExecuteMessage.TryRead(body, out var execute):
                var (portal, rows) = (execute.Portal.ToArray(), execute.MaxRows);
                Same(body, writer => FrontendMessages.WriteExecute(writer, portal, rows));
                break;
            default:
                _ = BindHeader.TryRead(body, out _);
                _ = FunctionCallMessage.TryRead(body, out _);
                _ = CopyFailMessage.TryRead(body, out _);
                _ = SaslInitialResponse.TryRead(body, out _);
                break;
        }
    }

    private static void Parse(ReadOnlySpan<byte> body, ParseMessage parse)
    {
        var (name, text, types) = (parse.Name.ToArray(), parse.Text.ToArray(), new uint[parse.ParameterTypeCount]);
        for (var at = 0; at < types.Length; at++)
        {
            types[at] = parse.ParameterType(at);
        }

        Same(body, writer => FrontendMessages.WriteParse(writer, name, text, types));
    }

    private static void Same(ReadOnlySpan<byte> read, Action<MessageWriter> write, int header = MessageHeader.Bytes)
    {
        Must(Written(write).AsSpan(header).SequenceEqual(read), "what was accepted is not what would be written");
    }

    public static byte[] Written(Action<MessageWriter> write)
    {
        using var stream = new MemoryStream();
        using var writer = new MessageWriter(stream);
        write(writer);
        writer.FlushAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return stream.ToArray();
    }

    private static void Must(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }
}
