using System.Buffers;
using System.Security.Cryptography;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Tests.Postgres.Wire;

public sealed class MessageReaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. Samples.Client.Keys];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public async Task Messages_are_the_same_however_they_arrive(int piece)
    {
        byte[][] sent = [.. Samples.Client.Values, Samples.Message(FrontendType.CopyData, new byte[100_000])];

        var received = await ReadAllAsync([.. sent.SelectMany(one => one)], piece);

        Assert.Equal(sent, received);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_connection_that_ends_within_a_message_is_told_from_one_that_ends_between_two(string name)
    {
        var message = Samples.Client[name];
        for (var length = 1; length < message.Length; length++)
        {
            await Assert.ThrowsAsync<EndOfStreamException>(() => ReadAllAsync(message[..length], 1));
        }

        Assert.Single(await ReadAllAsync(message, 1));
        Assert.Empty(await ReadAllAsync([], 1));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_length_out_of_bounds_is_refused(string name)
    {
        foreach (var length in (int[])[0, 3, -1, int.MinValue, int.MaxValue])
        {
            var message = Samples.WithLength(Samples.Client[name], length);

            var refusal = await Assert.ThrowsAsync<ProtocolException>(() => ReadAllAsync(message, 1));

            Assert.Equal("08P01", refusal.SqlState);
        }
    }

    [Theory]
    [InlineData('Q', (1 << 20) + (384 << 10))]
    [InlineData('P', (1 << 20) + (384 << 10))]
    [InlineData('B', (1 << 30) - 1)]
    [InlineData('d', (1 << 30) - 1)]
    [InlineData('p', 64 << 10)]
    [InlineData('E', 64 << 10)]
    [InlineData('S', 0)]
    [InlineData('X', 0)]
    public async Task Each_type_has_its_longest_body(char type, int longest)
    {
        byte[] Header(int body) => Samples.WithLength(Samples.Message((byte)type, []), body + 4);

        using var atLimit = Reader(Header(longest));
        Assert.Equal(new MessageHeader((byte)type, longest), await atLimit.ReadHeaderAsync(Token));

        using var beyond = Reader(Header(longest + 1));
        await Assert.ThrowsAsync<ProtocolException>(async () => await beyond.ReadHeaderAsync(Token));
    }

    [Fact]
    public async Task What_no_client_sends_is_refused()
    {
        for (var type = 0; type < 256; type++)
        {
            var isKnown = "QPBDECSHFdcfpX".Contains((char)type, StringComparison.Ordinal);
            using var reader = Reader(Samples.Message((byte)type, []));
            if (isKnown)
            {
                Assert.Equal(type, (await reader.ReadHeaderAsync(Token)).Type);
            }
            else
            {
                await Assert.ThrowsAsync<ProtocolException>(async () => await reader.ReadHeaderAsync(Token));
            }
        }
    }

    [Fact]
    public async Task A_length_that_is_announced_takes_no_memory_before_its_bytes_arrive()
    {
        using var reader = Reader([.. Samples.WithLength(Samples.Message(FrontendType.Query, []), 1_000_000), 1, 2, 3]);
        var header = await reader.ReadHeaderAsync(Token);

        await Assert.ThrowsAsync<EndOfStreamException>(async () => await reader.ReadBodyAsync(header, Token));

        Assert.InRange(reader.CapacityBytes, 0, 8 << 10);
    }

    [Fact]
    public async Task A_reader_that_held_a_long_message_is_small_again_when_idle()
    {
        var text = new byte[1 << 20];
        Array.Fill(text, (byte)'x');
        byte[] stream =
        [
            .. Samples.Bytes(to => FrontendMessages.WriteQuery(to, text.AsSpan())),
            .. Samples.Client["Sync"],
        ];
        using var reader = Reader(stream);
        var header = await reader.ReadHeaderAsync(Token);
        Assert.Equal(text.Length + 1, (await reader.ReadBodyAsync(header, Token)).Length);
        Assert.Equal(FrontendType.Sync, (await reader.ReadHeaderAsync(Token)).Type);

        Assert.True((await reader.ReadHeaderAsync(Token)).IsEnd);

        Assert.Equal(8 << 10, reader.CapacityBytes);
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(int.MaxValue)]
    public async Task A_message_of_64_MB_is_passed_on_in_pieces(int piece)
    {
        var message = Samples.Message(FrontendType.CopyData, RandomNumberGenerator.GetBytes(64 << 20));
        using var from = new ByteStream(message, piece);
        using var to = new ByteStream([]) { KeepsWritten = false };
        using var reader = new MessageReader(from, MessageSource.Client);
        using var writer = new MessageWriter(to);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var header = await reader.ReadHeaderAsync(Token);
        await reader.CopyMessageAsync(header, writer, Token);
        await writer.FlushAsync(Token);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.InRange(reader.CapacityBytes + writer.CapacityBytes, 0, 256 << 10);
        Assert.Equal(message.Length, to.WrittenBytes);
        Assert.Equal(SHA256.HashData(message), to.WrittenHash());
    }

    [Fact]
    public async Task Small_messages_that_are_passed_on_are_sent_together()
    {
        byte[] sent = [.. Samples.Client.Values.SelectMany(one => one)];
        using var from = new ByteStream(sent);
        using var to = new ByteStream([]);
        using var reader = new MessageReader(from, MessageSource.Client);
        using var writer = new MessageWriter(to);

        do
        {
            await reader.CopyMessageAsync(await reader.ReadHeaderAsync(Token), writer, Token);
        } while (reader.HasBufferedMessage);

        await writer.FlushAsync(Token);

        Assert.Equal(sent, to.Written);
        Assert.Equal(1, to.Writes);
    }

    [Fact]
    public async Task The_head_of_a_body_can_be_seen_before_it_is_passed_on()
    {
        byte[] body = [.. "portal\0statement\0"u8, .. new byte[100_000]];
        var message = Samples.Message(FrontendType.Bind, body);
        using var to = new ByteStream([]);
        using var reader = new MessageReader(new ByteStream(message, 5), MessageSource.Client);
        using var writer = new MessageWriter(to);
        var header = await reader.ReadHeaderAsync(Token);

        var head = await reader.PeekBodyAsync(header, 20, Token);
        Assert.InRange(head.Length, 20, 30);
        Assert.True(head.Span.SequenceEqual(body.AsSpan(0, head.Length)));

        await reader.CopyMessageAsync(header, writer, Token);
        await writer.FlushAsync(Token);
        Assert.Equal(message, to.Written);
    }

    [Fact]
    public async Task A_peek_at_more_than_there_is_gives_the_body_and_nothing_behind_it()
    {
        using var reader = Reader([.. Samples.Client["Bind"], .. Samples.Client["Sync"]]);
        var header = await reader.ReadHeaderAsync(Token);

        Assert.Equal(header.BodyLength, (await reader.PeekBodyAsync(header, 8000, Token)).Length);

        await reader.SkipBodyAsync(Token);
        Assert.Equal(FrontendType.Sync, (await reader.ReadHeaderAsync(Token)).Type);
    }

    [Fact]
    public async Task A_header_is_not_read_from_within_a_body()
    {
        using var reader = Reader(Samples.Client["Query"]);
        await reader.ReadHeaderAsync(Token);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.ReadHeaderAsync(Token));
    }

    [Fact]
    public async Task A_range_of_whole_messages_is_taken_up_to_one_of_another_type_or_one_that_is_cut()
    {
        var row = Samples.Message(BackendType.DataRow, [0, 0]);
        var ready = Samples.Message(BackendType.ReadyForQuery, "I"u8);
        byte[] sent = [.. row, .. row, .. ready, .. row, .. row[..6]];
        using var reader = new MessageReader(new ByteStream(sent), MessageSource.Server);
        Assert.Equal(0, reader.TakeMessages("D"u8).Length);

        await reader.CopyMessageAsync(await reader.ReadHeaderAsync(Token), Nowhere(), Token);
        Assert.Equal(row, reader.TakeMessages("D"u8).ToArray());
        Assert.Equal(0, reader.TakeMessages("D"u8).Length);

        await reader.CopyMessageAsync(await reader.ReadHeaderAsync(Token), Nowhere(), Token);
        Assert.Equal(row, reader.TakeMessages("D"u8).ToArray());
        Assert.False(reader.HasBufferedMessage);
    }

    [Fact]
    public async Task What_arrives_after_the_end_of_a_session_appears_in_no_other_sessions_buffer()
    {
        using var stream = new LateStream();
        var reader = new MessageReader(stream, MessageSource.Client);
        var waiting = reader.ReadHeaderAsync(Token).AsTask();

        reader.Dispose();
        var others = Enumerable.Range(0, 64).Select(_ => ArrayPool<byte>.Shared.Rent(8 << 10)).ToArray();
        foreach (var other in others)
        {
            Array.Clear(other);
        }

        stream.Arrive(0xAA);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);

        Assert.DoesNotContain(others, other => other.Contains((byte)0xAA));
    }

    [Fact]
    public async Task What_is_still_being_sent_at_the_end_of_a_session_is_not_written_over_by_another()
    {
        using var slow = new LateStream();
        var reader = new MessageReader(
            new ByteStream(Samples.Message(FrontendType.CopyData, Filled(1 << 20, 0xAA))),
            MessageSource.Client
        );
        using var writer = new MessageWriter(slow);
        var header = await reader.ReadHeaderAsync(Token);
        var copying = reader.CopyMessageAsync(header, writer, Token).AsTask();

        reader.Dispose();
        writer.Dispose();
        foreach (var size in (int[])[8 << 10, 64 << 10])
        {
            foreach (var _ in Enumerable.Range(0, 64))
            {
                Array.Clear(ArrayPool<byte>.Shared.Rent(size));
            }
        }

        Assert.DoesNotContain((byte)0, slow.Sending.Slice(MessageHeader.Bytes).ToArray());
        slow.Sent();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => copying);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(10_001)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public async Task A_startup_packet_of_another_length_is_refused(int length)
    {
        var packet = Samples.Bytes(to => FrontendMessages.WriteStartup(to, ("user", "x")));
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(packet, length);
        using var reader = Reader(packet);

        await Assert.ThrowsAsync<ProtocolException>(async () => await reader.ReadStartupAsync(Token));
    }

    [Fact]
    public async Task A_client_that_leaves_at_once_sent_no_startup_packet()
    {
        using var reader = Reader([]);

        Assert.True((await reader.ReadStartupAsync(Token)).IsEmpty);
    }

    private static byte[] Filled(int count, byte value)
    {
        var bytes = new byte[count];
        Array.Fill(bytes, value);
        return bytes;
    }

    private static MessageReader Reader(byte[] bytes) => new(new ByteStream(bytes), MessageSource.Client);

    private static MessageWriter Nowhere() => new(Stream.Null);

    private static async Task<List<byte[]>> ReadAllAsync(byte[] bytes, int piece)
    {
        var messages = new List<byte[]>();
        using var reader = new MessageReader(new ByteStream(bytes, piece), MessageSource.Client);
        while (await reader.ReadHeaderAsync(Token) is { IsEnd: false } header)
        {
            messages.Add(Samples.Message(header.Type, (await reader.ReadBodyAsync(header, Token)).Span));
        }

        return messages;
    }

    /// <summary>A read and a write that end when the test says so.</summary>
    private sealed class LateStream : MemoryStream
    {
        private readonly TaskCompletionSource<int> _arrival = new();
        private readonly TaskCompletionSource _departure = new();
        private Memory<byte> _room;

        public ReadOnlyMemory<byte> Sending { get; private set; }

        public void Sent() => _departure.SetResult();

        public void Arrive(byte value)
        {
            _room.Span.Fill(value);
            _arrival.SetResult(_room.Length);
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _room = buffer;
            return new(_arrival.Task);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Sending = buffer;
            return new(_departure.Task);
        }
    }
}
