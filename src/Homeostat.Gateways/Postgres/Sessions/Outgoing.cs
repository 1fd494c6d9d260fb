using System.Security.Cryptography;
using System.Text;
using Homeostat.Gateways.Postgres.Upstream;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>
/// Messages that surely fail and do nothing: what is sent in the place of a refused one. So the server itself fails the
/// transaction, passes over the rest of a pipeline and undoes it, and its state is never a guess of ours; the client is
/// told the refusal instead of the server's error.
/// </summary>
internal static class Poison
{
    /// <summary>No statement begins with this word; the server's log shows it.</summary>
    public static ReadOnlySpan<byte> Text => "homeostat refused this statement"u8;

    public static bool IsErrorOf(string sqlState) => sqlState is SqlState.SyntaxError or SqlState.UndefinedPortal;
}

/// <summary>What one side of a session sends to the server, and where it stands in the protocol.</summary>
internal sealed class Outgoing(UpstreamConnection upstream, InFlightQueue sent, ServerPump server)
{
    /// <summary>Of our own statements and portals, and of the portal that never is: nobody else can know it.</summary>
    private readonly byte[] _ownName = Name("own");
    private readonly byte[] _noPortal = Name("refused");
    private bool _isRefused;
    private bool _mayTakeRows;
    private bool _hasRows;

    public MessageWriter Writer => upstream.Writer;

    /// <summary>Grows with each Sync and each simple query.</summary>
    public int Segment { get; private set; }

    /// <summary>Messages of the extended protocol were sent, and no Sync after them.</summary>
    public bool IsPipelineOpen { get; private set; }

    /// <summary>The server passes over everything up to the next Sync, or will when it gets so far.</summary>
    public bool IsPassedOver => IsPipelineOpen && (_isRefused || server.FailedSegment == Segment);

    /// <summary>Whether somebody may rely on what a name stands for.</summary>
    public bool IsCertain(Naming naming) => naming.Standing == Standing.Done || naming.Segment == Segment;

    /// <summary>Notes a message of the extended protocol that is about to be written.</summary>
    public void Expect(Awaited kind, object? detail)
    {
        IsPipelineOpen = true;
        sent.Add(new InFlight(kind, Segment, detail));
    }

    public void SendQuery(MessageHeader header, ReadOnlySpan<byte> body, object? detail)
    {
        sent.Add(new InFlight(Awaited.Query, Segment, detail));
        Writer.WriteHeader(header);
        Writer.WriteRaw(body);
        EndSegment();
    }

    /// <summary>Another text than the client's.</summary>
    public void SendQuery(ReadOnlySpan<byte> text, object? detail)
    {
        sent.Add(new InFlight(Awaited.Query, Segment, detail));
        FrontendMessages.WriteQuery(Writer, text);
        EndSegment();
    }

    public void SendCall(MessageHeader header, ReadOnlySpan<byte> body)
    {
        sent.Add(new InFlight(Awaited.Call, Segment));
        Writer.WriteHeader(header);
        Writer.WriteRaw(body);
        EndSegment();
    }

    public void RefuseQuery(Refusal refusal)
    {
        sent.Add(new InFlight(Awaited.Query, Segment, null, refusal));
        FrontendMessages.WriteQuery(Writer, Poison.Text);
        EndSegment();
    }

    public void RefuseParse(ReadOnlySpan<byte> name, Refusal refusal)
    {
        Refuse(new InFlight(Awaited.Parse, Segment, null, refusal));
        FrontendMessages.WriteParse(Writer, name, Poison.Text, []);
    }

    /// <summary>In the place of Bind or Execute.</summary>
    public void RefuseExecute(Refusal refusal)
    {
        Refuse(new InFlight(Awaited.Execute, Segment, null, refusal));
        FrontendMessages.WriteExecute(Writer, _noPortal, 0);
    }

    public void SendSync()
    {
        sent.Add(new InFlight(Awaited.Sync, Segment));
        FrontendMessages.WriteSync(Writer);
        EndSegment();
    }

    /// <summary>A statement that takes rows was sent; nothing else is under way.</summary>
    public void BeginCopy() => (_mayTakeRows, _hasRows) = (true, false);

    /// <summary>Notes a message of a COPY.</summary>
    public void NoteCopy(byte type) => (_mayTakeRows, _hasRows) = (_mayTakeRows && type == FrontendType.CopyData, true);

    /// <summary>
    /// Before a message that is not one of a COPY: while it takes rows the server passes over Sync and Flush, and answers
    /// nothing. Whether it does is waited for, so that what is sent and what is answered stay in step.
    /// </summary>
    /// <returns>Whether the server would pass over a Sync or Flush.</returns>
    public async ValueTask<bool> IsCopyingAsync(byte type, CancellationToken token)
    {
        if (!_mayTakeRows)
        {
            return false;
        }

        await DrainAsync(token).ConfigureAwait(false);
        if (!server.IsCopyingIn)
        {
            _mayTakeRows = false;
            return false;
        }

        return !_hasRows && type is FrontendType.Sync or FrontendType.Flush
            ? true
            : throw new ProtocolException($"a message of type {(char)type} came within the rows of a COPY");
    }

    /// <summary>Waits until the server has answered everything, has begun to pass over this segment, or takes rows.</summary>
    public async ValueTask DrainAsync(CancellationToken token)
    {
        while (!sent.IsEmpty && !IsPassedOver && !server.IsCopyingIn)
        {
            token.ThrowIfCancellationRequested();
            FrontendMessages.WriteFlush(Writer);
            var idle = sent.IdleAsync();
            await Writer.FlushAsync(token).ConfigureAwait(false);
            if (IsPassedOver || server.IsCopyingIn)
            {
                return;
            }

            await idle.WaitAsync(token).ConfigureAwait(false);
        }
    }

    /// <summary>Asks something of our own in the client's session; nothing may be under way.</summary>
    /// <exception cref="OwnQueryException">The server did not answer it.</exception>
    public async Task AskAsync(IReadOnlyList<string> texts, Action<int, string?[]> onRow, CancellationToken token)
    {
        var own = new OwnQuery(texts, withSync: !IsPipelineOpen, onRow);
        sent.Add(new InFlight(Awaited.Own, Segment, own));
        own.Write(Writer, _ownName);
        await Writer.FlushAsync(token).ConfigureAwait(false);
        await own.Done.WaitAsync(token).ConfigureAwait(false);
    }

    private void Refuse(in InFlight message)
    {
        IsPipelineOpen = true;
        _isRefused = true;
        sent.Add(message);
    }

    private void EndSegment()
    {
        Segment++;
        IsPipelineOpen = false;
        _isRefused = false;
    }

    private static byte[] Name(string what) =>
        Encoding.ASCII.GetBytes($"homeostat {what} {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}");
}
