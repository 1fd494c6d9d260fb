using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Homeostat.Gateways.Postgres.Wire;

/// <summary>
/// Reads messages of one side through a pooled buffer: 8 KiB while idle, more while much arrives, never a long body whole.
/// Not for use by two threads. What a read gives is valid until the next read.
/// </summary>
/// <remarks>
/// Own code because a message is passed on from the buffer that it was received into: System.IO.Pipelines would hand each
/// one over between two threads.
/// </remarks>
internal sealed class MessageReader(Stream stream, MessageSource source) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Limits.WireBufferBytes);
    private int _start;
    private int _end;

    /// <summary>Bytes of the current message's body that nobody has taken.</summary>
    private int _left;
    private byte _lastType;
    private bool _isBusy;
    private bool _isDisposed;

    /// <summary>Somebody else reads into the buffer or sends from it.</summary>
    private volatile bool _isLent;

    /// <summary>Bytes that were received and not yet taken.</summary>
    public int BufferedBytes => _end - _start;

    /// <summary>What the buffer takes of memory now.</summary>
    public int CapacityBytes => _buffer.Length;

    /// <summary>A whole message, or a header that will be refused, is here: the next read does not wait.</summary>
    public bool HasBufferedMessage
    {
        get
        {
            if (_left != 0 || BufferedBytes < MessageHeader.Bytes)
            {
                return false;
            }

            var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start + 1));
            return length < MessageHeader.LengthBytes || length <= BufferedBytes - 1;
        }
    }

    /// <summary>
    /// The next message's header; of type 0 when the other side closed the connection between two messages. The body has
    /// to be read, copied or skipped before the next header.
    /// </summary>
    /// <exception cref="ProtocolException">There is no such type, or the length is out of its bounds.</exception>
    /// <exception cref="EndOfStreamException">The other side closed the connection within a header.</exception>
    public ValueTask<MessageHeader> ReadHeaderAsync(CancellationToken token)
    {
        if (_left != 0)
        {
            throw new InvalidOperationException($"{_left} bytes of the message before were not taken");
        }

        return BufferedBytes >= MessageHeader.Bytes
            ? ValueTask.FromResult(TakeHeader())
            : WaitForHeaderAsync(MessageHeader.Bytes, token);
    }

    /// <summary>A whole body.</summary>
    /// <exception cref="ProtocolException">The body is longer than any that is held whole.</exception>
    /// <exception cref="EndOfStreamException">The other side closed the connection within the body.</exception>
    public ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync(MessageHeader header, CancellationToken token)
    {
        if (header.BodyLength > Limits.MaxHeldMessageBytes)
        {
            throw new ProtocolException(
                $"a message of type {(char)header.Type} has {header.BodyLength} bytes; at most {Limits.MaxHeldMessageBytes} are held"
            );
        }

        return BufferedBytes >= _left ? ValueTask.FromResult(TakeBody()) : WaitForBodyAsync(token);
    }

    /// <summary>The first bytes of a body that stays: at least as many as asked for, or all.</summary>
    /// <exception cref="EndOfStreamException">The other side closed the connection before them.</exception>
    public ValueTask<ReadOnlyMemory<byte>> PeekBodyAsync(MessageHeader header, int atLeast, CancellationToken token)
    {
        var needed = Math.Min(Math.Min(atLeast, header.BodyLength), _left);
        return BufferedBytes >= needed ? ValueTask.FromResult(PeekBody()) : WaitForPeekAsync(needed, token);
    }

    /// <summary>Passes a message on, header and body, in pieces; what the writer still holds after it, it has yet to send.</summary>
    /// <exception cref="EndOfStreamException">The other side closed the connection within the body.</exception>
    public ValueTask CopyMessageAsync(MessageHeader header, MessageWriter to, CancellationToken token)
    {
        if (BufferedBytes < _left || !to.HasRoomFor(MessageHeader.Bytes + _left))
        {
            return CopyInPiecesAsync(header, to, token);
        }

        to.WriteHeader(header);
        to.WriteRaw(_buffer.AsSpan(_start, _left));
        Take(_left);
        return ValueTask.CompletedTask;
    }

    /// <summary>Throws the rest of a body away.</summary>
    /// <exception cref="EndOfStreamException">The other side closed the connection within the body.</exception>
    public async ValueTask SkipBodyAsync(CancellationToken token)
    {
        while (_left > 0)
        {
            await FillAsync(1, token).ConfigureAwait(false);
            Take(Math.Min(BufferedBytes, _left));
        }
    }

    /// <summary>
    /// The messages, headers included, that are here as a whole, up to the first whose type is not among those given or
    /// whose length is refused: a range to be passed on as it is.
    /// </summary>
    public ReadOnlyMemory<byte> TakeMessages(ReadOnlySpan<byte> types)
    {
        var at = _start;
        while (_left == 0 && _end - at >= MessageHeader.Bytes && types.Contains(_buffer[at]))
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(at + 1));
            if (length > _end - at - 1 || MessageLimits.Refusal(source, _buffer[at], length) is not null)
            {
                break;
            }

            _lastType = _buffer[at];
            at += 1 + length;
        }

        var range = _buffer.AsMemory(_start, at - _start);
        _start = at;
        return range;
    }

    /// <summary>
    /// The first packet of a connection, which has no type, without its length; empty when the client closed the
    /// connection instead.
    /// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
    /// </summary>
    /// <exception cref="ProtocolException">The length is out of its bounds.</exception>
    /// <exception cref="EndOfStreamException">The client closed the connection within the packet.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadStartupAsync(CancellationToken token)
    {
        if (!await TryFillAsync(MessageHeader.LengthBytes, token).ConfigureAwait(false))
        {
            return default;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
        if (length is < 2 * MessageHeader.LengthBytes or > Limits.MaxStartupBytes)
        {
            throw new ProtocolException(
                $"the startup packet's length is {length}; from {2 * MessageHeader.LengthBytes} to {Limits.MaxStartupBytes} are accepted"
            );
        }

        await FillAsync(length, token).ConfigureAwait(false);
        _start += MessageHeader.LengthBytes;
        _left = length - MessageHeader.LengthBytes;
        return TakeBody();
    }

    /// <summary>
    /// Gives the buffer back, but not while it is lent: what arrives late must not appear in somebody else's buffer, and
    /// what somebody else writes into it must not be sent.
    /// </summary>
    public void Dispose()
    {
        var buffer = _buffer;
        _isDisposed = true;
        _buffer = [];
        _start = _end = _left = 0;
        if (buffer.Length > 0 && !_isLent)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private MessageHeader TakeHeader()
    {
        var type = _buffer[_start];
        var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start + 1));
        if (MessageLimits.Refusal(source, type, length) is { } refusal)
        {
            throw new ProtocolException(refusal);
        }

        _start += MessageHeader.Bytes;
        _left = length - MessageHeader.LengthBytes;
        _lastType = type;
        return new MessageHeader(type, _left);
    }

    private ReadOnlyMemory<byte> PeekBody() => _buffer.AsMemory(_start, Math.Min(BufferedBytes, _left));

    private ReadOnlyMemory<byte> TakeBody()
    {
        var body = _buffer.AsMemory(_start, _left);
        Take(_left);
        return body;
    }

    private void Take(int bytes)
    {
        _start += bytes;
        _left -= bytes;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<MessageHeader> WaitForHeaderAsync(int needed, CancellationToken token) =>
        await TryFillAsync(needed, token).ConfigureAwait(false) ? TakeHeader() : default;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadOnlyMemory<byte>> WaitForBodyAsync(CancellationToken token)
    {
        await FillAsync(_left, token).ConfigureAwait(false);
        return TakeBody();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadOnlyMemory<byte>> WaitForPeekAsync(int needed, CancellationToken token)
    {
        await FillAsync(needed, token).ConfigureAwait(false);
        return PeekBody();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CopyInPiecesAsync(MessageHeader header, MessageWriter to, CancellationToken token)
    {
        to.WriteHeader(header);
        while (_left > 0)
        {
            await FillAsync(1, token).ConfigureAwait(false);
            var piece = PeekBody();
            _isLent = true;
            await to.WriteThroughAsync(piece, token).ConfigureAwait(false);
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _isLent = false;
            Take(piece.Length);
        }
    }

    private async ValueTask FillAsync(int needed, CancellationToken token)
    {
        if (!await TryFillAsync(needed, token).ConfigureAwait(false))
        {
            throw new EndOfStreamException("the connection was closed within a message");
        }
    }

    /// <summary>False at an end of the stream with nothing in the buffer.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TryFillAsync(int needed, CancellationToken token)
    {
        while (BufferedBytes < needed)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            MakeRoom(needed);
            _isLent = true;
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), token).ConfigureAwait(false);
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _isLent = false;
            if (read == 0)
            {
                return BufferedBytes == 0
                    ? false
                    : throw new EndOfStreamException("the connection was closed within a message");
            }

            _end += read;
            _isBusy = read >= Limits.WireBufferBytes;
        }

        return true;
    }

    /// <summary>A buffer grows only when it is full of what has arrived, whatever a length announced.</summary>
    private void MakeRoom(int needed)
    {
        if (_start == _end)
        {
            _start = _end = 0;
            Move(IdleCapacity());
        }
        else if (_start > 0 && (_buffer.Length - _start < needed || _end == _buffer.Length))
        {
            _buffer.AsSpan(_start, BufferedBytes).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Move(_buffer.Length * 2);
        }
    }

    /// <summary>Large while a long body or a long answer is on its way, small again where the other side has said all.</summary>
    private int IdleCapacity() =>
        _left > Limits.WireBufferBytes || (_isBusy && (_left > 0 || !EndsExchange(source, _lastType)))
            ? Limits.BusyWireBufferBytes
            : Limits.WireBufferBytes;

    private static bool EndsExchange(MessageSource source, byte type) =>
        source == MessageSource.Server
            ? type == BackendType.ReadyForQuery
            : type
                is FrontendType.Query
                    or FrontendType.Sync
                    or FrontendType.Flush
                    or FrontendType.CopyDone
                    or FrontendType.CopyFail;

    /// <summary>Moves what was received into a buffer of another size.</summary>
    private void Move(int capacity)
    {
        if (_buffer.Length == capacity)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(capacity);
        _buffer.AsSpan(_start, BufferedBytes).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _end -= _start;
        _start = 0;
        _buffer = larger;
    }
}
