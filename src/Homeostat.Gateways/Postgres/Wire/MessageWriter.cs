using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Homeostat.Gateways.Postgres.Wire;

/// <summary>Collects messages in a pooled buffer and sends them together; not for use by two threads.</summary>
internal sealed class MessageWriter(Stream stream) : IDisposable
{
    private const int NoMessage = -1;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Limits.WireBufferBytes);
    private int _length;
    private int _message = NoMessage;
    private volatile bool _isSending;

    /// <summary>Bytes that wait to be sent.</summary>
    public int PendingBytes => _length;

    /// <summary>What the buffer takes of memory now.</summary>
    public int CapacityBytes => _buffer.Length;

    /// <summary>Whether so many bytes more can wait to be sent together with the others.</summary>
    public bool HasRoomFor(int bytes) => bytes <= Limits.BusyWireBufferBytes - _length;

    /// <summary>Starts a message of this type; fields follow.</summary>
    public void BeginMessage(byte type)
    {
        WriteByte(type);
        BeginPacket();
    }

    /// <summary>Starts a packet without a type, as the first of a connection is.</summary>
    public void BeginPacket()
    {
        if (_message != NoMessage)
        {
            throw new InvalidOperationException("a message was begun within a message");
        }

        _message = _length;
        WriteInt32(0);
    }

    /// <summary>Ends the message that was begun: its length is now known.</summary>
    public void EndMessage()
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(_message), _length - _message);
        _message = NoMessage;
    }

    public void WriteHeader(MessageHeader header)
    {
        WriteByte(header.Type);
        WriteInt32(header.BodyLength + MessageHeader.LengthBytes);
    }

    public void WriteByte(byte value) => Room(1)[0] = value;

    public void WriteInt16(short value) => BinaryPrimitives.WriteInt16BigEndian(Room(2), value);

    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32BigEndian(Room(4), value);

    /// <summary>Bytes as they are: a part of a message, or whole messages.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Room(bytes.Length));

    /// <summary>A text in UTF-8, ended by a zero byte.</summary>
    /// <exception cref="ArgumentException">A zero byte stands within the text: what follows it would become another field.</exception>
    public void WriteString(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Contains((byte)0))
        {
            throw new ArgumentException("a text on the wire cannot hold a zero byte", nameof(utf8));
        }

        WriteRaw(utf8);
        WriteByte(0);
    }

    /// <inheritdoc cref="WriteString(ReadOnlySpan{byte})"/>
    public void WriteString(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("a text on the wire cannot hold a zero byte", nameof(text));
        }

        Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetByteCount(text)));
        WriteByte(0);
    }

    /// <summary>Sends what waits, in one piece, and gives a grown buffer back.</summary>
    public ValueTask FlushAsync(CancellationToken token)
    {
        if (_message != NoMessage)
        {
            throw new InvalidOperationException("a message was begun and not ended");
        }

        return _length == 0 ? ValueTask.CompletedTask : SendAsync(token);
    }

    /// <summary>Adds a piece of a message that is passed on; sends it at once where it does not fit to what waits.</summary>
    public ValueTask WriteThroughAsync(ReadOnlyMemory<byte> piece, CancellationToken token)
    {
        if (!HasRoomFor(piece.Length))
        {
            return SendThroughAsync(piece, token);
        }

        WriteRaw(piece.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Gives the buffer back, but not while it may still be sent: what somebody else writes into it must not be.
    /// </summary>
    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        _length = 0;
        if (buffer.Length > 0 && !_isSending)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendThroughAsync(ReadOnlyMemory<byte> piece, CancellationToken token)
    {
        await FlushAsync(token).ConfigureAwait(false);
        await stream.WriteAsync(piece, token).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(CancellationToken token)
    {
        _isSending = true;
        await stream.WriteAsync(_buffer.AsMemory(0, _length), token).ConfigureAwait(false);
        _isSending = false;
        _length = 0;
        if (_buffer.Length > Limits.WireBufferBytes)
        {
            Move(Limits.WireBufferBytes);
        }
    }

    private Span<byte> Room(int bytes)
    {
        if (bytes > _buffer.Length - _length)
        {
            Move((int)Math.Min(Array.MaxLength, Math.Max(_buffer.Length * 2L, (long)_length + bytes)));
        }

        var room = _buffer.AsSpan(_length, bytes);
        _length += bytes;
        return room;
    }

    private void Move(int capacity)
    {
        var other = ArrayPool<byte>.Shared.Rent(capacity);
        _buffer.AsSpan(0, _length).CopyTo(other);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = other;
    }
}
