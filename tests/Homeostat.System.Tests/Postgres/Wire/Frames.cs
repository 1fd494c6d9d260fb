using System.Buffers.Binary;
using System.Text;

namespace Homeostat.SystemTests.Postgres.Wire;

/// <summary>A client's messages, byte by byte (PostgreSQL's documentation, "Message Formats").</summary>
internal static class Frames
{
    public static byte[] Int32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Int16(int value) => [(byte)(value >> 8), (byte)value];

    public static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    public static byte[] Message(char type, params byte[][] body)
    {
        var bytes = body.SelectMany(part => part).ToArray();
        return [(byte)type, .. Int32(bytes.Length + 4), .. bytes];
    }

    /// <summary>Version 3.0.</summary>
    public static byte[] Startup(params (string Name, string Value)[] parameters) => Startup(0x30000, parameters);

    public static byte[] Startup(int version, params (string Name, string Value)[] parameters)
    {
        var body = parameters
            .SelectMany(one => (byte[])[.. Text(one.Name), .. Text(one.Value)])
            .Append((byte)0)
            .ToArray();
        return [.. Int32(body.Length + 8), .. Int32(version), .. body];
    }

    public static byte[] Cancel(int processId, int secret) =>
        [.. Int32(16), .. Int32(80877102), .. Int32(processId), .. Int32(secret)];

    public static byte[] Query(string sql) => Message('Q', Text(sql));

    public static byte[] Parse(string name, string sql) => Message('P', Text(name), Text(sql), Int16(0));

    /// <summary>All parameters as text.</summary>
    public static byte[] Bind(string portal, string statement, params string[] values) =>
        Message(
            'B',
            [
                Text(portal),
                Text(statement),
                Int16(0),
                Int16(values.Length),
                .. values.Select(value =>
                    (byte[])[.. Int32(Encoding.UTF8.GetByteCount(value)), .. Encoding.UTF8.GetBytes(value)]
                ),
                Int16(0),
            ]
        );

    public static byte[] Describe(char kind, string name) => Message('D', [(byte)kind], Text(name));

    public static byte[] Execute(string portal, int rows = 0) => Message('E', Text(portal), Int32(rows));

    public static byte[] Close(char kind, string name) => Message('C', [(byte)kind], Text(name));

    public static byte[] Sync { get; } = Message('S');

    public static byte[] Flush { get; } = Message('H');

    public static byte[] Terminate { get; } = Message('X');
}
