using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Tests.Postgres.Wire;

public sealed class BackendMessagesTests
{
    [Fact]
    public void What_an_error_says_arrives()
    {
        var error = new ErrorFields("ERROR", "42P01", "relation \"x\" does not exist")
        {
            Detail = "d",
            Hint = "h",
            Position = "15",
            InternalPosition = "1",
            InternalQuery = "select 1",
            Where = "w",
            Schema = "s",
            Table = "t",
            Column = "c",
            DataType = "y",
            Constraint = "n",
            File = "f.c",
            Line = "10",
            Routine = "r",
        };

        var body = Samples.Bytes(to => BackendMessages.WriteError(to, error))[MessageHeader.Bytes..];

        Assert.True(ErrorFields.TryRead(body, out var read));
        Assert.Equal(error, read);
        for (var length = 0; length < body.Length; length++)
        {
            Assert.False(ErrorFields.TryRead(body.AsSpan(0, length), out _));
        }
    }

    [Fact]
    public void A_zero_byte_in_an_error_begins_no_other_field()
    {
        var error = new ErrorFields("ERROR", "42601", "near \0Mforged\0");

        var body = Samples.Bytes(to => BackendMessages.WriteError(to, error))[MessageHeader.Bytes..];

        Assert.True(ErrorFields.TryRead(body, out var read));
        Assert.Equal("near  Mforged ", read.Message);
    }

    [Fact]
    public void A_zero_byte_in_any_other_text_is_not_sent()
    {
        Assert.Throws<ArgumentException>(() => Samples.Bytes(to => FrontendMessages.WriteQuery(to, "select 1\0drop")));
        Assert.Throws<ArgumentException>(() =>
            Samples.Bytes(to => BackendMessages.WriteParameterStatus(to, "a", "b\0c"))
        );
    }

    [Fact]
    public async Task Every_message_of_ours_has_a_header_that_a_client_accepts()
    {
        var notice = new ErrorFields("NOTICE", "00000", "n");
        var bytes = Samples.Bytes(to =>
        {
            BackendMessages.WriteAuthenticationSasl(to, "SCRAM-SHA-256");
            BackendMessages.WriteAuthenticationSaslContinue(to, "r=x"u8);
            BackendMessages.WriteAuthenticationSaslFinal(to, "v=x"u8);
            BackendMessages.WriteAuthenticationOk(to);
            BackendMessages.WriteNegotiateProtocolVersion(to, 0, "_pq_.x");
            BackendMessages.WriteParameterStatus(to, "a", "b");
            BackendMessages.WriteBackendKeyData(to, 1, 2);
            BackendMessages.WriteNotice(to, notice);
            BackendMessages.WriteParseComplete(to);
            BackendMessages.WriteBindComplete(to);
            BackendMessages.WriteNoData(to);
            BackendMessages.WriteEmptyQueryResponse(to);
            BackendMessages.WriteCommandComplete(to, "SET");
            BackendMessages.WriteCloseComplete(to);
            BackendMessages.WriteReadyForQuery(to, (byte)'I');
        });
        using var reader = new MessageReader(new ByteStream(bytes), MessageSource.Server);
        var types = "";
        while (await reader.ReadHeaderAsync(TestContext.Current.CancellationToken) is { IsEnd: false } header)
        {
            types += (char)header.Type;
            await reader.SkipBodyAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal("RRRRvSKN12nIC3Z", types);
    }
}
