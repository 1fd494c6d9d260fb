namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>
/// A text without its plain whole numbers: what texts have in common that differ in nothing else. A number counts where it stands alone and has at most
/// nine digits, so that PostgreSQL's scanner takes any other in its place for the same token, of the same type, and all around it for what it was.
/// </summary>
internal static class TextShape
{
    /// <summary>In the place of a number; no text has it.</summary>
    private const byte Hole = 0;

    /// <summary>More could be above what four bytes hold, which is another type.</summary>
    private const int MaxDigits = 9;

    /// <summary>How many bytes of the target the shape takes; 0 where the text has no such number, or too many.</summary>
    public static int Write(ReadOnlySpan<byte> text, Span<byte> target, Span<int> numbers, out int count)
    {
        count = 0;
        var length = 0;
        for (var at = 0; at < text.Length; )
        {
            if (!char.IsAsciiDigit((char)text[at]) || (at > 0 && Joins(text[at - 1])))
            {
                target[length++] = text[at++];
                continue;
            }

            var digits = text[at..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            digits = digits < 0 ? text.Length - at : digits;
            var isAlone = digits <= MaxDigits && (at + digits == text.Length || !Joins(text[at + digits]));
            if (!isAlone)
            {
                text.Slice(at, digits).CopyTo(target[length..]);
                length += digits;
            }
            else if (count == numbers.Length)
            {
                return 0;
            }
            else
            {
                numbers[count++] = at;
                target[length++] = Hole;
            }

            at += digits;
        }

        return count == 0 ? 0 : length;
    }

    /// <summary>Beside it a digit is part of something else: a name, a parameter, a fraction, a text.</summary>
    private static bool Joins(byte other) =>
        char.IsAsciiLetterOrDigit((char)other)
        || other is (byte)'_' or (byte)'.' or (byte)'$' or (byte)'\\' or (byte)'\'' or (byte)'"' or >= 0x80;
}
