using System.Runtime.InteropServices;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>What the server was sent and has not answered in full.</summary>
internal enum Awaited : byte
{
    Parse,
    Bind,
    Describe,
    Execute,
    Close,
    Sync,
    Query,
    Call,

    /// <summary>Our own questions, of which the client sees nothing.</summary>
    Own,
}

/// <summary>One message that was sent.</summary>
/// <param name="Detail">A <see cref="Naming"/>, an <see cref="Execution"/>, some of them, or an <see cref="OwnQuery"/>.</param>
/// <param name="Refusal">What the client is told in place of the error that the message surely gives.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct InFlight(Awaited Kind, int Segment, object? Detail = null, Refusal? Refusal = null);

/// <summary>What was sent in the order in which the server answers; one side adds, the other takes.</summary>
internal sealed class InFlightQueue
{
    private readonly Lock _lock = new();
    private readonly Queue<InFlight> _sent = new();
    private TaskCompletionSource? _idle;
    private bool _isClosed;

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _sent.Count == 0;
            }
        }
    }

    public void Add(in InFlight message)
    {
        lock (_lock)
        {
            _sent.Enqueue(message);
        }
    }

    /// <summary>What the server answers next; false where it owes nothing.</summary>
    public bool TryPeek(out InFlight message)
    {
        lock (_lock)
        {
            return _sent.TryPeek(out message);
        }
    }

    public InFlight Take()
    {
        InFlight taken;
        TaskCompletionSource? idle = null;
        lock (_lock)
        {
            taken = _sent.Dequeue();
            if (_sent.Count == 0)
            {
                (idle, _idle) = (_idle, null);
            }
        }

        idle?.TrySetResult();
        return taken;
    }

    /// <summary>Completes when the server owes nothing, or something failed that the caller has to look at.</summary>
    public Task IdleAsync()
    {
        lock (_lock)
        {
            if (_sent.Count == 0 || _isClosed)
            {
                return Task.CompletedTask;
            }

            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    /// <summary>Whoever waits looks again.</summary>
    public void Wake()
    {
        TaskCompletionSource? idle;
        lock (_lock)
        {
            (idle, _idle) = (_idle, null);
        }

        idle?.TrySetResult();
    }

    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }

        Wake();
    }
}
