using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Tests.Postgres.Wire;

public sealed class ClientMessagesTests
{
    private delegate bool Reading(ReadOnlySpan<byte> body);

    private static readonly Dictionary<string, Reading> Readers = new(StringComparer.Ordinal)
    {
        ["Query"] = body => QueryMessage.TryRead(body, out _),
        ["Parse"] = body => ParseMessage.TryRead(body, out _),
        ["Bind"] = body => BindHeader.TryRead(body, out _),
        ["Describe"] = body => DescribeMessage.TryRead(body, out _),
        ["Execute"] = body => ExecuteMessage.TryRead(body, out _),
        ["Close"] = body => CloseMessage.TryRead(body, out _),
        ["CopyFail"] = body => CopyFailMessage.TryRead(body, out _),
        ["FunctionCall"] = body => FunctionCallMessage.TryRead(body, out _),
        ["Sasl"] = body => SaslInitialResponse.TryRead(body, out _),
    };

    private static readonly Dictionary<string, Reading> PacketReaders = new(StringComparer.Ordinal)
    {
        ["Startup"] = body => StartupMessage.TryRead(body, out _),
        ["Cancel"] = body => CancelRequestMessage.TryRead(body, out _),
    };

    private static byte[] Body(string name) => Samples.Client[name][MessageHeader.Bytes..];

    [Fact]
    public void Each_field_is_read()
    {
        Assert.True(QueryMessage.TryRead(Body("Query"), out var query));
        Assert.True(query.Text.SequenceEqual("select 'ä'"u8));

        Assert.True(ParseMessage.TryRead(Body("Parse"), out var parse));
        Assert.True(parse.Name.SequenceEqual("one"u8));
        Assert.True(parse.Text.SequenceEqual("select $1"u8));
        Assert.Equal(2, parse.ParameterTypeCount);
        Assert.Equal((23u, uint.MaxValue), (parse.ParameterType(0), parse.ParameterType(1)));

        Assert.True(BindHeader.TryRead(Body("Bind"), out var bind));
        Assert.True(bind.Portal.SequenceEqual("portal"u8));
        Assert.True(bind.Statement.SequenceEqual("one"u8));
        Assert.Equal(11, bind.Length);

        Assert.True(DescribeMessage.TryRead(Body("Describe"), out var describe));
        Assert.Equal((byte)'P', describe.Kind);
        Assert.True(describe.Name.SequenceEqual("portal"u8));

        Assert.True(CloseMessage.TryRead(Body("Close"), out var close));
        Assert.Equal((byte)'S', close.Kind);
        Assert.True(close.Name.SequenceEqual("one"u8));

        Assert.True(ExecuteMessage.TryRead(Body("Execute"), out var execute));
        Assert.True(execute.Portal.SequenceEqual("portal"u8));
        Assert.Equal(100, execute.MaxRows);

        Assert.True(CopyFailMessage.TryRead(Body("CopyFail"), out var fail));
        Assert.True(fail.Reason.SequenceEqual("no more"u8));

        Assert.True(FunctionCallMessage.TryRead(Body("FunctionCall"), out var call));
        Assert.Equal(1234u, call.Function);

        Assert.True(SaslInitialResponse.TryRead(Body("Sasl"), out var sasl));
        Assert.True(sasl.Mechanism.SequenceEqual("SCRAM-SHA-256"u8));
        Assert.True(sasl.Data.SequenceEqual("n,,n=,r=x"u8));
    }

    [Theory]
    [InlineData("Query")]
    [InlineData("Parse")]
    [InlineData("Describe")]
    [InlineData("Execute")]
    [InlineData("Close")]
    [InlineData("CopyFail")]
    [InlineData("Sasl")]
    public void What_is_cut_or_goes_on_is_refused(string name)
    {
        var body = Body(name);
        Assert.True(Readers[name](body));
        for (var length = 0; length < body.Length; length++)
        {
            Assert.False(Readers[name](body.AsSpan(0, length)), $"{length} bytes of {name}");
        }

        Assert.False(Readers[name]([.. body, 0]), $"{name} and a byte more");
    }

    [Fact]
    public void Names_that_do_not_end_are_no_head_of_a_Bind()
    {
        var names = Body("Bind").AsSpan(0, 11);
        for (var length = 0; length < names.Length; length++)
        {
            Assert.False(BindHeader.TryRead(names[..length], out _));
        }

        Assert.True(BindHeader.TryRead(names, out _));
    }

    [Fact]
    public void A_kind_that_is_neither_statement_nor_portal_is_refused() =>
        Assert.False(DescribeMessage.TryRead("Xname\0"u8, out _));

    [Fact]
    public void A_text_that_goes_on_behind_its_zero_byte_is_refused() =>
        Assert.False(QueryMessage.TryRead("select 1\0drop table x\0"u8, out _));

    [Fact]
    public void A_count_that_the_message_does_not_hold_is_refused()
    {
        Assert.False(ParseMessage.TryRead("\0\0\u00FF\u00FF"u8, out _));
        Assert.False(ParseMessage.TryRead([0, 0, 0xFF, 0xFF, 0, 0, 0, 1], out _));
        Assert.False(SaslInitialResponse.TryRead([(byte)'x', 0, 0x80, 0, 0, 0], out _));
        Assert.False(SaslInitialResponse.TryRead([(byte)'x', 0, 0x7F, 0xFF, 0xFF, 0xFF], out _));
    }

    /// <summary>Half of the bytes are among those that mean something, so that fields are reached.</summary>
    [Fact]
    public void No_bytes_make_a_reader_fail()
    {
        var random = new Random(20261128);
        byte[] meaningful = [0, 0, 0, 1, 4, 0x7F, 0x80, 0xFF, (byte)'S', (byte)'P', (byte)'a'];
        for (var round = 0; round < 50_000; round++)
        {
            var body = new byte[random.Next(40)];
            for (var at = 0; at < body.Length; at++)
            {
                body[at] = random.Next(2) == 0 ? (byte)random.Next(256) : meaningful[random.Next(meaningful.Length)];
            }

            foreach (var read in Readers.Values.Concat(PacketReaders.Values))
            {
                read(body);
            }

            ErrorFields.TryRead(body, out _);
        }
    }

    [Fact]
    public void A_startup_packet_is_read()
    {
        var packet = Packet(to => FrontendMessages.WriteStartup(to, ("user", "ä"), ("database", "")));

        Assert.True(StartupMessage.TryRead(packet, out var startup));
        Assert.Equal((3, 0), (startup.Major, startup.Minor));
        Assert.Equal(("ä", "", null), (startup["user"], startup["database"], startup["options"]));
        Assert.Equal(StartupCode.Version3, StartupCode.Read(packet));
    }

    [Fact]
    public void A_startup_packet_that_is_cut_goes_on_repeats_a_name_or_is_not_UTF8_is_refused()
    {
        var packet = Packet(to => FrontendMessages.WriteStartup(to, ("user", "x"), ("database", "y")));
        for (var length = 0; length < packet.Length; length++)
        {
            Assert.False(StartupMessage.TryRead(packet.AsSpan(0, length), out _));
        }

        Assert.False(StartupMessage.TryRead([.. packet, 0], out _));
        Assert.False(
            StartupMessage.TryRead(Packet(to => FrontendMessages.WriteStartup(to, ("user", "x"), ("user", "y"))), out _)
        );
        Assert.False(StartupMessage.TryRead([0, 3, 0, 0, (byte)'u', 0, 0xFF, 0, 0], out _));
    }

    [Fact]
    public void A_request_to_cancel_is_read_and_nothing_like_it()
    {
        var packet = Packet(to => FrontendMessages.WriteCancelRequest(to, 42, [1, 2, 3, 4]));

        Assert.True(CancelRequestMessage.TryRead(packet, out var cancel));
        Assert.Equal(new CancelRequestMessage(42, 0x01020304), cancel);
        Assert.False(CancelRequestMessage.TryRead(packet.AsSpan(0, 11), out _));
        Assert.False(CancelRequestMessage.TryRead([.. packet, 0], out _));
        Assert.False(CancelRequestMessage.TryRead([0, 3, 0, 0, .. packet[4..]], out _));
    }

    private static byte[] Packet(Action<MessageWriter> write) => Samples.Bytes(write)[MessageHeader.LengthBytes..];
}
