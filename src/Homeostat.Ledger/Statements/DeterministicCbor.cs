using System.Buffers.Binary;
using System.Numerics;

namespace Homeostat.Ledger.Statements;

/// <summary>
/// Checks bytes against RFC 8949 section 4.2.1: definite lengths, shortest heads, map keys unique and in bytewise order, valid UTF-8, nothing
/// behind the value. One value has one spelling, so a hash names a value and not merely a way to write it.
/// </summary>
public static class DeterministicCbor
{
    /// <summary>Null where the bytes are one deterministic value; otherwise what is wrong, and at which byte.</summary>
    public static string? Check(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        var problem = Value(bytes, ref at, 0);
        if (problem is null && at != bytes.Length)
        {
            problem = "bytes behind the value";
        }

        return problem is null ? null : $"{problem} at byte {at}";
    }

    /// <summary>Writes the head of an item in its shortest form (RFC 8949 section 3); how many bytes it takes, 1 to 9.</summary>
    /// <param name="major">0 to 7.</param>
    public static int WriteHead(Span<byte> target, int major, ulong value)
    {
        var size = HeadBytes(value) - 1;
        var argument = size == 0 ? (int)value : 24 + BitOperations.Log2((uint)size);
        target[0] = (byte)((major << 5) | argument);
        for (var at = size; at > 0; at--)
        {
            target[at] = (byte)value;
            value >>= 8;
        }

        return 1 + size;
    }

    /// <summary>Bytes of a head in its shortest form.</summary>
    public static int HeadBytes(ulong value) =>
        value switch
        {
            < 24 => 1,
            <= byte.MaxValue => 2,
            <= ushort.MaxValue => 3,
            <= uint.MaxValue => 5,
            _ => 9,
        };

    private static string? Value(ReadOnlySpan<byte> bytes, ref int at, int depth)
    {
        if (depth > Limits.CborDepth)
        {
            return $"nested deeper than {Limits.CborDepth}";
        }

        var start = at;
        if (!CborHead.TryRead(bytes, ref at, out var head))
        {
            at = start;
            return "a head that is cut off, indefinite or not the shortest";
        }

        return head.Major switch
        {
            0 or 1 => null,
            2 => Skip(bytes, ref at, head.Value),
            3 => Text(bytes, ref at, head.Value),
            4 => Array(bytes, ref at, head.Value, depth),
            5 => Map(bytes, ref at, head.Value, depth),
            6 => Value(bytes, ref at, depth + 1),
            _ => Simple(head),
        };
    }

    private static string? Skip(ReadOnlySpan<byte> bytes, ref int at, ulong length)
    {
        if (length > (ulong)(bytes.Length - at))
        {
            return "a string longer than what is left";
        }

        at += (int)length;
        return null;
    }

    private static string? Text(ReadOnlySpan<byte> bytes, ref int at, ulong length)
    {
        var start = at;
        if (Skip(bytes, ref at, length) is { } problem)
        {
            return problem;
        }

        return System.Text.Unicode.Utf8.IsValid(bytes[start..at]) ? null : "text that is not UTF-8";
    }

    private static string? Array(ReadOnlySpan<byte> bytes, ref int at, ulong count, int depth)
    {
        string? problem = count > (ulong)(bytes.Length - at) ? "an array longer than what is left" : null;
        for (var i = 0UL; problem is null && i < count; i++)
        {
            problem = Value(bytes, ref at, depth + 1);
        }

        return problem;
    }

    private static string? Map(ReadOnlySpan<byte> bytes, ref int at, ulong count, int depth)
    {
        if (count > (ulong)(bytes.Length - at))
        {
            return "a map longer than what is left";
        }

        var previous = default(ReadOnlySpan<byte>);
        for (var i = 0UL; i < count; i++)
        {
            var start = at;
            if (Value(bytes, ref at, depth + 1) is { } badKey)
            {
                return badKey;
            }

            var key = bytes[start..at];
            if (i > 0 && previous.SequenceCompareTo(key) >= 0)
            {
                at = start;
                return "a map key out of order or twice";
            }

            previous = key;
            if (Value(bytes, ref at, depth + 1) is { } badValue)
            {
                return badValue;
            }
        }

        return null;
    }

    // Floating point has several spellings of one value and no place in a statement; false, true and null are all that is left.
    private static string? Simple(CborHead head) =>
        head is { Value: 20 or 21 or 22, Argument: < 24 } ? null : "a simple value that is not false, true or null";
}

/// <summary>The first bytes of a CBOR item (RFC 8949 section 3): major type and argument, in the shortest form.</summary>
internal readonly record struct CborHead(int Major, int Argument, ulong Value)
{
    public static bool TryRead(ReadOnlySpan<byte> bytes, ref int at, out CborHead head)
    {
        head = default;
        if (at >= bytes.Length)
        {
            return false;
        }

        var major = bytes[at] >> 5;
        var argument = bytes[at] & 0x1F;
        var rest = bytes[(at + 1)..];
        var size = argument switch
        {
            < 24 => 0,
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => -1,
        };
        if (size < 0 || rest.Length < size)
        {
            return false;
        }

        var value = size switch
        {
            0 => (ulong)argument,
            1 => rest[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(rest),
            4 => BinaryPrimitives.ReadUInt32BigEndian(rest),
            _ => BinaryPrimitives.ReadUInt64BigEndian(rest),
        };
        at += 1 + size;
        head = new CborHead(major, argument, value);
        return major == 7 || IsShortest(size, value);
    }

    private static bool IsShortest(int size, ulong value) =>
        size switch
        {
            0 => true,
            1 => value >= 24,
            2 => value > byte.MaxValue,
            4 => value > ushort.MaxValue,
            _ => value > uint.MaxValue,
        };
}
