using System.Buffers.Text;
using System.Text;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Upstream;

/// <summary>
/// One row of our own query, its values as text; valid only while it is handed over.
/// https://www.postgresql.org/docs/current/protocol-message-formats.html (DataRow)
/// </summary>
internal readonly ref struct TextRow
{
    private const int Null = -1;

    private readonly ReadOnlySpan<byte> _body;
    private readonly ReadOnlySpan<(int Start, int Length)> _fields;

    private TextRow(ReadOnlySpan<byte> body, ReadOnlySpan<(int Start, int Length)> fields)
    {
        _body = body;
        _fields = fields;
    }

    public int Count => _fields.Length;

    /// <summary>False where the values are cut, or something trails.</summary>
    /// <param name="fields">Room for where the values stand, used again for each row.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, ref (int Start, int Length)[] fields, out TextRow row)
    {
        row = default;
        var reader = new FieldReader(body);
        if (!reader.TryReadUInt16(out var count))
        {
            return false;
        }

        if (count > fields.Length)
        {
            fields = new (int, int)[count];
        }

        for (var at = 0; at < count; at++)
        {
            if (!reader.TryReadInt32(out var length) || length < Null)
            {
                return false;
            }

            fields[at] = (body.Length - reader.RestLength, length);
            if (length > 0 && !reader.TryReadBytes(length, out _))
            {
                return false;
            }
        }

        row = new TextRow(body, fields.AsSpan(0, count));
        return reader.IsAtEnd;
    }

    public bool IsNull(int at) => Field(at).Length == Null;

    /// <exception cref="ProtocolException">The value is null.</exception>
    public ReadOnlySpan<byte> GetBytes(int at)
    {
        var (start, length) = Field(at);
        return length == Null
            ? throw new ProtocolException($"the server gave null for column {at}, which is never null")
            : _body.Slice(start, length);
    }

    public string GetString(int at) => Encoding.UTF8.GetString(GetBytes(at));

    public uint GetOid(int at) =>
        Utf8Parser.TryParse(GetBytes(at), out uint value, out var used) && used == GetBytes(at).Length
            ? value
            : throw Wrong(at, "an OID");

    public int GetInt32(int at) =>
        Utf8Parser.TryParse(GetBytes(at), out int value, out var used) && used == GetBytes(at).Length
            ? value
            : throw Wrong(at, "a 32-bit integer");

    public long GetInt64(int at) =>
        Utf8Parser.TryParse(GetBytes(at), out long value, out var used) && used == GetBytes(at).Length
            ? value
            : throw Wrong(at, "a 64-bit integer");

    public bool GetBoolean(int at) =>
        GetBytes(at) switch
        {
            [(byte)'t'] => true,
            [(byte)'f'] => false,
            _ => throw Wrong(at, "a boolean"),
        };

    /// <summary>The first character; a space where the text is empty, as a "char" of zero is.</summary>
    public char GetChar(int at) => GetString(at) is [var first, ..] ? first : ' ';

    /// <summary>A one-dimensional array of 32-bit integers, none null.</summary>
    public int[] GetInt32Array(int at)
    {
        var values = GetInt64Array(at);
        var result = new int[values.Length];
        for (var index = 0; index < values.Length; index++)
        {
            result[index] = values[index] is >= int.MinValue and <= int.MaxValue and var value
                ? (int)value
                : throw Wrong(at, "an array of 32-bit integers");
        }

        return result;
    }

    /// <summary>
    /// A one-dimensional array of integers, whose lower bound may stand before it, as that of an int2vector does.
    /// https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
    /// </summary>
    public long?[] GetInt64Array(int at)
    {
        var text = GetBytes(at);
        if (text is [(byte)'[', ..] && text.IndexOf((byte)'=') is > 0 and var bounds)
        {
            text = text[(bounds + 1)..];
        }

        if (text is not [(byte)'{', .. var inner, (byte)'}'])
        {
            throw Wrong(at, "an array");
        }

        if (inner.IsEmpty)
        {
            return [];
        }

        var values = new long?[inner.Count((byte)',') + 1];
        var next = 0;
        foreach (var part in inner.Split((byte)','))
        {
            values[next++] = Element(inner[part], at);
        }

        return values;
    }

    private (int Start, int Length) Field(int at) =>
        (uint)at < (uint)_fields.Length
            ? _fields[at]
            : throw new ProtocolException($"the server gave {_fields.Length} columns; column {at} was asked for");

    private static long? Element(ReadOnlySpan<byte> text, int at)
    {
        if (text.SequenceEqual("NULL"u8))
        {
            return null;
        }

        return Utf8Parser.TryParse(text, out long value, out var used) && used == text.Length
            ? value
            : throw Wrong(at, "an array of integers");
    }

    private static ProtocolException Wrong(int at, string expected) =>
        new($"the server gave for column {at} what is not {expected}");
}
