using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Homeostat.Gateways.Postgres.Wire;

/// <summary>
/// What the first packet of a connection asks for: its first four bytes.
/// https://www.postgresql.org/docs/current/protocol-message-formats.html
/// </summary>
internal static class StartupCode
{
    public const int Version3 = 3 << 16;
    public const int CancelRequest = 80877102;
    public const int SslRequest = 80877103;
    public const int GssEncRequest = 80877104;

    /// <summary>The code of a packet that <see cref="MessageReader.ReadStartupAsync"/> gave.</summary>
    public static int Read(ReadOnlySpan<byte> packet) =>
        BinaryPrimitives.TryReadInt32BigEndian(packet, out var code) ? code : 0;
}

/// <summary>StartupMessage: who comes, to which database, with which settings.</summary>
internal sealed record StartupMessage(int Version, IReadOnlyList<KeyValuePair<string, string>> Parameters)
{
    public int Major => Version >>> 16;

    public int Minor => Version & 0xFFFF;

    /// <summary>A parameter's value, or null.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var (key, value) in Parameters)
            {
                if (string.Equals(key, name, StringComparison.Ordinal))
                {
                    return value;
                }
            }

            return null;
        }
    }

    /// <summary>False where the packet is cut, not UTF-8, gives a name twice, or holds anything after its end.</summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, [NotNullWhen(true)] out StartupMessage? message)
    {
        message = null;
        var fields = new FieldReader(packet);
        var parameters = new List<KeyValuePair<string, string>>();
        if (!fields.TryReadInt32(out var version) || !TryReadParameters(ref fields, parameters))
        {
            return false;
        }

        message = new StartupMessage(version, parameters);
        return fields.IsAtEnd;
    }

    private static bool TryReadParameters(ref FieldReader fields, List<KeyValuePair<string, string>> parameters)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (fields.TryReadString(out var name))
        {
            if (name.IsEmpty)
            {
                return true;
            }

            if (
                !fields.TryReadString(out var value)
                || !TryDecode(name, out var key)
                || !TryDecode(value, out var text)
                || !names.Add(key)
            )
            {
                return false;
            }

            parameters.Add(new(key, text));
        }

        return false;
    }

    private static bool TryDecode(ReadOnlySpan<byte> bytes, out string text)
    {
        text = Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : "";
        return text.Length > 0 || bytes.IsEmpty;
    }
}

/// <summary>CancelRequest: which session's statement is to be stopped, and the secret that allows it.</summary>
internal readonly record struct CancelRequestMessage(int ProcessId, int Secret)
{
    public static bool TryRead(ReadOnlySpan<byte> packet, out CancelRequestMessage message)
    {
        message = default;
        var fields = new FieldReader(packet);
        if (
            !fields.TryReadInt32(out var code)
            || code != StartupCode.CancelRequest
            || !fields.TryReadInt32(out var processId)
            || !fields.TryReadInt32(out var secret)
        )
        {
            return false;
        }

        message = new CancelRequestMessage(processId, secret);
        return fields.IsAtEnd;
    }
}
