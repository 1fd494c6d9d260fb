using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Homeostat.Bench.Serve;

/// <summary>One request: its bytes, when it was meant to be sent, and who takes the answer.</summary>
/// <param name="Due">A time stamp; waiting for a free connection counts from here.</param>
internal readonly record struct Job(byte[] Bytes, long Due, int Tag, Answered Done);

/// <summary>Takes an answer.</summary>
internal delegate void Answered(in Job job, in Answer answer);

/// <summary>What came back, and when it was asked and answered.</summary>
internal readonly ref struct Answer(int status, ReadOnlySpan<byte> body, long sent, long received)
{
    public int Status { get; } = status;

    public ReadOnlySpan<byte> Body { get; } = body;

    public long Sent { get; } = sent;

    public long Received { get; } = received;
}

/// <summary>
/// Keep-alive connections to one server, each with one request at a time; what finds none free waits in line. It spends
/// little, because it shares the machine with what it measures.
/// </summary>
internal sealed class Wire : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Connection[] _connections;
    private readonly Stack<Connection> _idle = new();
    private readonly Queue<Job> _waiting = new();

    public Wire(IPEndPoint server, int connections)
    {
        _connections = [.. Enumerable.Range(0, connections).Select(_ => new Connection(this, server))];
        Array.ForEach(_connections, _idle.Push);
    }

    /// <summary>A connection broke or an answer could not be read; nothing that was measured counts.</summary>
    public string? Failure { get; private set; }

    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count == 0 && _idle.Count == _connections.Length;
            }
        }
    }

    public void Add(in Job job)
    {
        Connection? free;
        lock (_lock)
        {
            if (!_idle.TryPop(out free))
            {
                _waiting.Enqueue(job);
                return;
            }
        }

        free.Send(job);
    }

    /// <summary>Completes when everything is answered.</summary>
    public async Task DrainAsync()
    {
        while (!IsIdle)
        {
            Check();
            await Task.Delay(5);
        }

        Check();
    }

    public void Check()
    {
        if (Failure is { } failure)
        {
            throw new InvalidOperationException(failure);
        }
    }

    public void Dispose() => Array.ForEach(_connections, connection => connection.Dispose());

    private void Next(Connection connection)
    {
        Job job;
        lock (_lock)
        {
            if (!_waiting.TryDequeue(out job))
            {
                _idle.Push(connection);
                return;
            }
        }

        connection.Send(job);
    }

    private sealed class Connection : IDisposable
    {
        private static readonly byte[] EndOfHeaders = "\r\n\r\n"u8.ToArray();

        private readonly Wire _wire;
        private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly SocketAsyncEventArgs _receive = new();
        private readonly byte[] _buffer = new byte[128 * 1024];
        private Job _job;
        private long _sent;
        private int _filled;

        public Connection(Wire wire, IPEndPoint server)
        {
            _wire = wire;
            _socket.Connect(server);
            _receive.Completed += (_, _) => Receive();
        }

        public void Send(in Job job)
        {
            _job = job;
            _filled = 0;
            _sent = Stopwatch.GetTimestamp();
            try
            {
                _socket.Send(job.Bytes);
                Listen();
            }
            catch (SocketException error)
            {
                _wire.Failure ??= error.Message;
            }
        }

        public void Dispose()
        {
            _socket.Dispose();
            _receive.Dispose();
        }

        private void Listen()
        {
            _receive.SetBuffer(_buffer, _filled, _buffer.Length - _filled);
            if (!_socket.ReceiveAsync(_receive))
            {
                Receive();
            }
        }

        private void Receive()
        {
            if (_receive.SocketError != SocketError.Success || _receive.BytesTransferred == 0)
            {
                _wire.Failure ??= $"a connection was closed: {_receive.SocketError}";
                return;
            }

            _filled += _receive.BytesTransferred;
            if (!TryAnswer())
            {
                Listen();
                return;
            }

            _wire.Next(this);
        }

        private bool TryAnswer()
        {
            var all = _buffer.AsSpan(0, _filled);
            var end = all.IndexOf(EndOfHeaders);
            if (end < 0)
            {
                return false;
            }

            var headers = all[..end];
            var body = all[(end + EndOfHeaders.Length)..];
            if (LengthOf(headers) is not { } length)
            {
                _wire.Failure ??= "an answer does not say how long it is";
                return false;
            }

            if (body.Length < length)
            {
                return false;
            }

            var status = ((headers[9] - '0') * 100) + ((headers[10] - '0') * 10) + headers[11] - '0';
            _job.Done(_job, new Answer(status, body, _sent, Stopwatch.GetTimestamp()));
            return true;
        }

        private static int? LengthOf(ReadOnlySpan<byte> headers)
        {
            var name = "Content-Length: "u8;
            var at = headers.IndexOf(name);
            if (at < 0)
            {
                return null;
            }

            var length = 0;
            for (at += name.Length; at < headers.Length && headers[at] is >= (byte)'0' and <= (byte)'9'; at++)
            {
                length = (length * 10) + headers[at] - '0';
            }

            return length;
        }
    }
}
