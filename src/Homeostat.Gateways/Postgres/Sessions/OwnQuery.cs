using System.Text;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>A question of ours failed inside the client's session.</summary>
internal sealed class OwnQueryException(string message) : Exception(message);

/// <summary>
/// Questions of ours between the client's messages, in its own session: only there can be seen what its open transaction
/// has made. They are asked by the extended protocol under names that the client does not have, because a simple query
/// would commit what a pipeline has begun.
/// </summary>
internal sealed class OwnQuery(IReadOnlyList<string> texts, bool withSync, Action<int, string?[]> onRow)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _result;
    private int _closed;
    private string? _failure;

    public Task Done => _done.Task;

    /// <summary>A Sync of ours ends it; otherwise it stands within the client's pipeline.</summary>
    public bool HasSync => withSync;

    public void Write(MessageWriter writer, ReadOnlySpan<byte> name)
    {
        foreach (var text in texts)
        {
            FrontendMessages.WriteParse(writer, name, Encoding.UTF8.GetBytes(text), []);
            FrontendMessages.WriteBind(writer, name, name);
            FrontendMessages.WriteExecute(writer, name, 0);
            FrontendMessages.WriteClose(writer, NamedThing.Portal, name);
            FrontendMessages.WriteClose(writer, NamedThing.Statement, name);
        }

        if (withSync)
        {
            FrontendMessages.WriteSync(writer);
        }
        else
        {
            FrontendMessages.WriteFlush(writer);
        }
    }

    /// <summary>Takes one message of the answer; true when it was the last.</summary>
    public bool Take(byte type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case BackendType.DataRow when _failure is null:
                TakeRow(body);
                break;
            case BackendType.CommandComplete:
                _result++;
                break;
            case BackendType.CloseComplete:
                _closed++;
                break;
            case BackendType.ErrorResponse:
                _failure = ErrorFields.TryRead(body, out var error) ? error.Message : "it failed";
                return !withSync;
            case BackendType.ReadyForQuery:
                return true;
        }

        return !withSync && _closed == 2 * texts.Count;
    }

    /// <summary>Whoever asked goes on; called after everything that the answer changes stands.</summary>
    public void End()
    {
        if (_failure is null && _result == texts.Count)
        {
            _done.TrySetResult();
        }
        else
        {
            Fail(_failure ?? "the connection was lost");
        }
    }

    public void Fail(string why) => _done.TrySetException(new OwnQueryException(why));

    private void TakeRow(ReadOnlySpan<byte> body)
    {
        var fields = new FieldReader(body);
        if (!fields.TryReadUInt16(out var count))
        {
            _failure = "a row was cut";
            return;
        }

        var row = new string?[count];
        for (var at = 0; at < count; at++)
        {
            if (!fields.TryReadInt32(out var length) || (length >= 0 && length > fields.RestLength))
            {
                _failure = "a row was cut";
                return;
            }

            if (length >= 0)
            {
                fields.TryReadBytes(length, out var bytes);
                row[at] = Encoding.UTF8.GetString(bytes);
            }
        }

        try
        {
            onRow(_result, row);
        }
        catch (Exception error) when (error is FormatException or OverflowException or IndexOutOfRangeException)
        {
            _failure = error.Message;
        }
    }
}
