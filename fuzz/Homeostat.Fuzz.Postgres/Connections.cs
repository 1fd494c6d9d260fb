using System.Buffers.Binary;
using Homeostat.Gateways;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Fuzz.Postgres;

/// <summary>
/// Any bytes as what one side of a connection sends. The first says which side, into what pieces the network cuts the rest and what
/// is done with each message. A reader ends in order, or with one of its two exceptions; what it gave until then is just what was sent,
/// and it held no more than has arrived.
/// </summary>
internal static class Connections
{
    private const int MostHeldBytes = 2 * Limits.BusyWireBufferBytes;
    private const int MostAllocatedBytes = 1 << 20;

    public static void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        var before = GC.GetTotalAllocatedBytes();
        using var sent = new PiecewiseStream(input.AsMemory(1), pieces: input[0] >> 5);
        using var passedOn = new MemoryStream();
        using var connection = new Connection(input.AsMemory(1), sent, passedOn, input[0]);
        try
        {
            connection.RunAsync().GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is ProtocolException or EndOfStreamException)
        {
            // What a reader may throw for what it was sent.
        }

        connection.Check();
        var allocated = GC.GetTotalAllocatedBytes() - before;
        Must(allocated < MostAllocatedBytes + (64L * input.Length), $"{allocated} bytes were allocated");
    }

    private static void Must(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }

    private sealed class Connection(ReadOnlyMemory<byte> sent, Stream from, MemoryStream to, byte choices) : IDisposable
    {
        private static readonly byte[] s_ranges = "12n3sZCDt"u8.ToArray();

        private readonly MessageSource _source = (choices & 1) == 0 ? MessageSource.Client : MessageSource.Server;
        private readonly bool _starts = (choices & 2) != 0;
        private readonly MessageReader _reader = new(
            from,
            (choices & 1) == 0 ? MessageSource.Client : MessageSource.Server
        );
        private readonly MessageWriter _writer = new(to);
        private int _at;

        public async Task RunAsync()
        {
            if (_source == MessageSource.Client && _starts)
            {
                var packet = await _reader.ReadStartupAsync(CancellationToken.None);
                Expect(packet, packet.IsEmpty ? 0 : MessageHeader.LengthBytes);
                Messages.Startup(packet.Span);
            }

            for (var number = 0; ; number++)
            {
                Held();
                if ((choices & 4) != 0)
                {
                    Expect(_reader.TakeMessages(s_ranges), 0);
                }

                var isHere = _reader.HasBufferedMessage;
                var read = _reader.ReadHeaderAsync(CancellationToken.None);
                Must(!isHere || read.IsCompleted, "a message that is here is waited for");
                var header = await read;
                if (header.IsEnd)
                {
                    Must(_at == sent.Length, "it ended before the end");
                    return;
                }

                _at += MessageHeader.Bytes;
                await TakeAsync(header, number);
            }
        }

        public void Check()
        {
            Held();
            Must(_at <= sent.Length, "more was read than was sent");
        }

        public void Dispose()
        {
            _reader.Dispose();
            _writer.Dispose();
        }

        private async Task TakeAsync(MessageHeader header, int number)
        {
            var start = _at - MessageHeader.Bytes;
            switch ((choices >> 3) & 3)
            {
                case 0 when header.BodyLength <= Limits.MaxHeldMessageBytes:
                    var body = await _reader.ReadBodyAsync(header, CancellationToken.None);
                    Must(body.Length == header.BodyLength, "a body of another length");
                    Expect(body, 0);
                    Messages.Body(_source, header, body.Span);
                    break;
                case 1:
                    var first = await _reader.PeekBodyAsync(header, number, CancellationToken.None);
                    Must(first.Length >= Math.Min(number, header.BodyLength), "fewer bytes than asked for");
                    Must(first.Span.SequenceEqual(sent.Span.Slice(_at, first.Length)), "a peek at something else");
                    _ = BindHeader.TryRead(first.Span, out _);
                    await PassOnAsync(header, start);
                    break;
                case 2:
                    await _reader.SkipBodyAsync(CancellationToken.None);
                    _at += header.BodyLength;
                    break;
                default:
                    await PassOnAsync(header, start);
                    break;
            }
        }

        private async Task PassOnAsync(MessageHeader header, int start)
        {
            to.SetLength(0);
            await _reader.CopyMessageAsync(header, _writer, CancellationToken.None);
            await _writer.FlushAsync(CancellationToken.None);
            _at += header.BodyLength;
            Must(
                to.GetBuffer().AsSpan(0, (int)to.Length).SequenceEqual(sent.Span[start.._at]),
                "what was passed on was not sent"
            );
        }

        private void Expect(ReadOnlyMemory<byte> read, int skipped)
        {
            _at += skipped;
            Must(read.Span.SequenceEqual(sent.Span.Slice(_at, read.Length)), "what was read was not sent");
            _at += read.Length;
        }

        private void Held()
        {
            var most = Math.Max(MostHeldBytes, 4L * sent.Length);
            Must(_reader.CapacityBytes <= most, $"a reader holds {_reader.CapacityBytes} bytes");
            Must(_writer.CapacityBytes <= most, $"a writer holds {_writer.CapacityBytes} bytes");
        }
    }
}

/// <summary>Gives what was sent in pieces, each at once or later, as a network does.</summary>
internal sealed class PiecewiseStream(ReadOnlyMemory<byte> sent, int pieces) : MemoryStream
{
    private int _at;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var most = pieces switch
        {
            0 => int.MaxValue,
            1 => 1,
            _ => pieces * pieces,
        };
        var length = Math.Min(Math.Min(buffer.Length, most), sent.Length - _at);
        if (pieces > 4)
        {
            await Task.Yield();
        }

        sent.Slice(_at, length).CopyTo(buffer);
        _at += length;
        return length;
    }
}
