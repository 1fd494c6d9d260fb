using System.Buffers.Binary;

namespace Homeostat.Gateways.Postgres.Wire;

// The formats: https://www.postgresql.org/docs/current/protocol-message-formats.html
// Each TryRead is given the body, without type and length, and says no where a field is cut or something trails.

/// <summary>Query: a text of the simple protocol.</summary>
internal readonly ref struct QueryMessage
{
    public ReadOnlySpan<byte> Text { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> body, out QueryMessage message)
    {
        var fields = new FieldReader(body);
        var isWhole = fields.TryReadString(out var text);
        message = new QueryMessage { Text = text };
        return isWhole && fields.IsAtEnd;
    }
}

/// <summary>Parse: a text to be kept under a name, with the types of its first parameters.</summary>
internal readonly ref struct ParseMessage
{
    public ReadOnlySpan<byte> Name { get; private init; }

    public ReadOnlySpan<byte> Text { get; private init; }

    /// <summary>Four bytes for each type that was given.</summary>
    public ReadOnlySpan<byte> TypeBytes { get; private init; }

    public int ParameterTypeCount => TypeBytes.Length / sizeof(uint);

    /// <summary>The OID of a parameter's type; 0 leaves it to the server.</summary>
    public uint ParameterType(int at) => BinaryPrimitives.ReadUInt32BigEndian(TypeBytes[(at * sizeof(uint))..]);

    public static bool TryRead(ReadOnlySpan<byte> body, out ParseMessage message)
    {
        message = default;
        var fields = new FieldReader(body);
        if (
            !fields.TryReadString(out var name)
            || !fields.TryReadString(out var text)
            || !fields.TryReadUInt16(out var count)
            || !fields.TryReadBytes(count * sizeof(uint), out var types)
        )
        {
            return false;
        }

        message = new ParseMessage
        {
            Name = name,
            Text = text,
            TypeBytes = types,
        };
        return fields.IsAtEnd;
    }
}

/// <summary>The head of Bind: which statement becomes which portal. The values follow and are passed on as they are.</summary>
internal readonly ref struct BindHeader
{
    public ReadOnlySpan<byte> Portal { get; private init; }

    public ReadOnlySpan<byte> Statement { get; private init; }

    /// <summary>Bytes of the body that the two names take, their zero bytes included.</summary>
    public int Length => Portal.Length + Statement.Length + 2;

    /// <summary>Reads from a body's first bytes; false also where they do not reach to the end of the names.</summary>
    public static bool TryRead(ReadOnlySpan<byte> firstBytes, out BindHeader header)
    {
        header = default;
        var fields = new FieldReader(firstBytes);
        if (!fields.TryReadString(out var portal) || !fields.TryReadString(out var statement))
        {
            return false;
        }

        header = new BindHeader { Portal = portal, Statement = statement };
        return true;
    }
}

/// <summary>Describe: a prepared statement (S) or a portal (P).</summary>
internal readonly ref struct DescribeMessage
{
    public byte Kind { get; private init; }

    public ReadOnlySpan<byte> Name { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> body, out DescribeMessage message)
    {
        var isWhole = NamedThing.TryRead(body, out var kind, out var name);
        message = new DescribeMessage { Kind = kind, Name = name };
        return isWhole;
    }
}

/// <summary>Close: a prepared statement (S) or a portal (P).</summary>
internal readonly ref struct CloseMessage
{
    public byte Kind { get; private init; }

    public ReadOnlySpan<byte> Name { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> body, out CloseMessage message)
    {
        var isWhole = NamedThing.TryRead(body, out var kind, out var name);
        message = new CloseMessage { Kind = kind, Name = name };
        return isWhole;
    }
}

/// <summary>What Describe and Close have in common: the kind of a thing and its name.</summary>
internal static class NamedThing
{
    public const byte Statement = (byte)'S';
    public const byte Portal = (byte)'P';

    public static bool TryRead(ReadOnlySpan<byte> body, out byte kind, out ReadOnlySpan<byte> name)
    {
        name = default;
        var fields = new FieldReader(body);
        return fields.TryReadByte(out kind)
            && kind is Statement or Portal
            && fields.TryReadString(out name)
            && fields.IsAtEnd;
    }
}

/// <summary>Execute: runs a portal for so many rows; 0 is all of them.</summary>
internal readonly ref struct ExecuteMessage
{
    public ReadOnlySpan<byte> Portal { get; private init; }

    public int MaxRows { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> body, out ExecuteMessage message)
    {
        message = default;
        var fields = new FieldReader(body);
        if (!fields.TryReadString(out var portal) || !fields.TryReadInt32(out var rows))
        {
            return false;
        }

        message = new ExecuteMessage { Portal = portal, MaxRows = rows };
        return fields.IsAtEnd;
    }
}

/// <summary>The head of FunctionCall: which function is called past the grammar.</summary>
internal readonly record struct FunctionCallMessage(uint Function)
{
    public static bool TryRead(ReadOnlySpan<byte> body, out FunctionCallMessage message)
    {
        var isWhole = new FieldReader(body).TryReadInt32(out var function);
        message = new FunctionCallMessage((uint)function);
        return isWhole;
    }
}

/// <summary>CopyFail: why the client does not go on with its COPY.</summary>
internal readonly ref struct CopyFailMessage
{
    public ReadOnlySpan<byte> Reason { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> body, out CopyFailMessage message)
    {
        var fields = new FieldReader(body);
        var isWhole = fields.TryReadString(out var reason);
        message = new CopyFailMessage { Reason = reason };
        return isWhole && fields.IsAtEnd;
    }
}

/// <summary>SASLInitialResponse: the mechanism that the client chose, and its first words in it.</summary>
internal readonly ref struct SaslInitialResponse
{
    private const int NoResponse = -1;

    public ReadOnlySpan<byte> Mechanism { get; private init; }

    public ReadOnlySpan<byte> Data { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> body, out SaslInitialResponse message)
    {
        message = default;
        var fields = new FieldReader(body);
        if (
            !fields.TryReadString(out var mechanism)
            || !fields.TryReadInt32(out var length)
            || !fields.TryReadBytes(length == NoResponse ? 0 : length, out var data)
        )
        {
            return false;
        }

        message = new SaslInitialResponse { Mechanism = mechanism, Data = data };
        return fields.IsAtEnd;
    }
}
