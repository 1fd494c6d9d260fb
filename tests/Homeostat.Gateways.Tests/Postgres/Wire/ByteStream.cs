using System.Security.Cryptography;

namespace Homeostat.Gateways.Tests.Postgres.Wire;

/// <summary>Gives bytes in pieces of at most so many, then the end; counts and hashes what is written, or keeps it.</summary>
internal sealed class ByteStream(byte[] input, int piece = int.MaxValue) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly MemoryStream _written = new();
    private int _at;

    public bool KeepsWritten { get; init; } = true;

    public byte[] Written => _written.ToArray();

    public long WrittenBytes { get; private set; }

    public int Writes { get; private set; }

    public byte[] WrittenHash() => _hash.GetCurrentHash();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var count = Math.Min(Math.Min(buffer.Length, piece), input.Length - _at);
        input.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Read(buffer.Span));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Writes++;
        WrittenBytes += buffer.Length;
        _hash.AppendData(buffer);
        if (KeepsWritten)
        {
            _written.Write(buffer);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _hash.Dispose();
        _written.Dispose();
        base.Dispose(disposing);
    }
}
