using System.Text;
using System.Text.Unicode;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Authentication;

/// <summary>What both sides of a SCRAM exchange do with a message's bytes.</summary>
internal static class ScramText
{
    public static string Decode(ReadOnlySpan<byte> message)
    {
        if (message.Length > Limits.MaxScramMessageBytes)
        {
            throw new ProtocolException(
                $"a SCRAM message has {message.Length} bytes; at most {Limits.MaxScramMessageBytes} are accepted"
            );
        }

        return Utf8.IsValid(message) && !message.Contains((byte)0)
            ? Encoding.UTF8.GetString(message)
            : throw new ProtocolException("a SCRAM message is not UTF-8 without zero bytes");
    }

    /// <summary>A value in base64; <paramref name="what"/> names it in the refusal.</summary>
    public static byte[] DecodeBytes(string text, string what)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var written) && written > 0
            ? bytes[..written]
            : throw new ProtocolException($"the {what} of a SCRAM message is not base64");
    }

    /// <summary>A key or a signature in base64: 32 bytes.</summary>
    public static byte[] DecodeKey(string text, string what) =>
        DecodeBytes(text, what) is { Length: ScramMath.KeyBytes } key
            ? key
            : throw new ProtocolException($"the {what} of a SCRAM message does not have {ScramMath.KeyBytes} bytes");
}
