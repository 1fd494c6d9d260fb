using System.Buffers.Binary;

namespace Homeostat.Gateways.Postgres.Wire;

/// <summary>Takes the fields of a message one after another; says no where the bytes do not hold them.</summary>
internal ref struct FieldReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>All fields were read, and nothing trails.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    public readonly int RestLength => _rest.Length;

    public bool TryReadByte(out byte value)
    {
        var isThere = TryReadBytes(1, out var bytes);
        value = isThere ? bytes[0] : default;
        return isThere;
    }

    public bool TryReadUInt16(out int value)
    {
        var isThere = TryReadBytes(2, out var bytes);
        value = isThere ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : default;
        return isThere;
    }

    public bool TryReadInt32(out int value)
    {
        var isThere = TryReadBytes(4, out var bytes);
        value = isThere ? BinaryPrimitives.ReadInt32BigEndian(bytes) : default;
        return isThere;
    }

    /// <summary>So many bytes; a negative length is refused.</summary>
    public bool TryReadBytes(int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (length < 0 || length > _rest.Length)
        {
            return false;
        }

        bytes = _rest[..length];
        _rest = _rest[length..];
        return true;
    }

    /// <summary>A text up to its zero byte, without it.</summary>
    public bool TryReadString(out ReadOnlySpan<byte> text)
    {
        var length = _rest.IndexOf((byte)0);
        return TryReadBytes(length, out text) && TryReadBytes(1, out _);
    }
}
