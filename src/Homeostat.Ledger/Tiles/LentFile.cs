using System.Buffers;

namespace Homeostat.Ledger.Tiles;

/// <summary>A file in a buffer that goes back to its pool, where it has one; a second return does nothing.</summary>
internal sealed class LentFile(byte[] buffer, int length, ArrayPool<byte>? pool = null) : IMemoryOwner<byte>
{
    private byte[]? _buffer = buffer;

    public Memory<byte> Memory => (_buffer ?? throw new ObjectDisposedException(nameof(LentFile))).AsMemory(0, length);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } returned)
        {
            pool?.Return(returned);
        }
    }
}
