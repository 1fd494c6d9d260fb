using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Homeostat.SystemTests.Postgres.Site;

namespace Homeostat.SystemTests.Postgres.Wire;

/// <summary>A message of the server's.</summary>
internal sealed record Reply(char Type, byte[] Body)
{
    /// <summary>A field of an error or a notice.</summary>
    public string? Field(char code) =>
        Encoding.UTF8.GetString(Body).Split('\0').FirstOrDefault(field => field.Length > 0 && field[0] == code)?[1..];

    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>A client that sends whatever bytes it is told to.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpClient _connection = new() { NoDelay = true };
    private NetworkStream? _stream;

    private RawClient() { }

    public int ProcessId { get; private set; }

    public int Secret { get; private set; }

    /// <summary>Connected, and nothing was said yet.</summary>
    public static async Task<RawClient> ConnectAsync(Door door)
    {
        var client = new RawClient();
        await client._connection.ConnectAsync(door.Host, door.Port, TestContext.Current.CancellationToken);
        client._stream = client._connection.GetStream();
        return client;
    }

    /// <summary>Connected, and the gateway waits for a statement.</summary>
    public static async Task<RawClient> OpenAsync(Door door)
    {
        var client = await ConnectAsync(door);
        await client.SendAsync(Frames.Startup(("user", door.User), ("database", door.Database)));
        await client.AuthenticateAsync(door.Password);
        var last = await client.UntilAsync('Z', 'E');
        Assert.True(last[^1].Type == 'Z', last[^1].Text);
        var key = last.First(reply => reply.Type == 'K').Body;
        client.ProcessId = BinaryPrimitives.ReadInt32BigEndian(key);
        client.Secret = BinaryPrimitives.ReadInt32BigEndian(key.AsSpan(4));
        return client;
    }

    public async Task SendAsync(params byte[][] messages) =>
        await _stream!.WriteAsync(messages.SelectMany(bytes => bytes).ToArray(), TestContext.Current.CancellationToken);

    /// <summary>Nothing more will be sent; answers can still be read.</summary>
    public void EndSending() => _connection.Client.Shutdown(SocketShutdown.Send);

    /// <summary>The next message, or null where the other side has closed.</summary>
    public async Task<Reply?> ReadAsync()
    {
        try
        {
            var head = new byte[5];
            await ReadExactlyAsync(head);
            var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) - 4];
            await ReadExactlyAsync(body);
            return new Reply((char)head[0], body);
        }
        catch (Exception error) when (error is EndOfStreamException or IOException)
        {
            return null;
        }
    }

    /// <summary>All messages up to one of these types, or to the end.</summary>
    public async Task<IReadOnlyList<Reply>> UntilAsync(params char[] types)
    {
        var replies = new List<Reply>();
        while (await ReadAsync() is { } reply)
        {
            replies.Add(reply);
            if (types.Contains(reply.Type))
            {
                break;
            }
        }

        return replies;
    }

    /// <summary>All messages until the other side closes.</summary>
    public Task<IReadOnlyList<Reply>> UntilEndAsync() => UntilAsync();

    public async Task AuthenticateAsync(string password)
    {
        var scram = new ScramLogin(password);
        await ExpectAsync('R', 10);
        await SendAsync(Frames.Message('p', scram.First()));
        await SendAsync(Frames.Message('p', scram.Final(await ExpectAsync('R', 11))));
        scram.Verify(await ExpectAsync('R', 12));
    }

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<byte[]> ExpectAsync(char type, int kind)
    {
        var reply = await ReadAsync() ?? throw new IOException("the connection was closed");
        return reply.Type == type && BinaryPrimitives.ReadInt32BigEndian(reply.Body) == kind
            ? reply.Body[4..]
            : throw new RefusedException(reply);
    }

    private Task ReadExactlyAsync(byte[] buffer) =>
        _stream!.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);
}

/// <summary>The other side answered with an error instead.</summary>
internal sealed class RefusedException(Reply reply) : Exception(reply.Text)
{
    public Reply Reply { get; } = reply;
}
