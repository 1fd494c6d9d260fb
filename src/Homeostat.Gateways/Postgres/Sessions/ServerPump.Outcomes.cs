using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>How statements end: done, failed, or passed over; and with them the transaction.</summary>
internal sealed partial class ServerPump
{
    private async ValueTask HandleCompleteAsync(MessageHeader header, CancellationToken token)
    {
        var body = await upstream.Reader.ReadBodyAsync(header, token).ConfigureAwait(false);
        Pass(header, body.Span);
        if (!sent.TryPeek(out var head) || _isSkipping || head.Kind is not (Awaited.Query or Awaited.Execute))
        {
            throw Unexpected(header);
        }

        if (ExecutionOf(head) is { } execution)
        {
            Complete(execution, System.Text.Encoding.UTF8.GetString(body.Span[..^1]));
        }

        _statement++;
        _isCopyingIn = false;
        if (head.Kind == Awaited.Execute)
        {
            _statement = 0;
            sent.Take();
        }
    }

    private void Complete(Execution execution, string tag)
    {
        execution.Claim = tag;
        held.Hold(execution);
        execution.Stand(Standing.Done);
        if (execution.Plan.EndsTransaction)
        {
            Undo();
            _isUndone |= tag == "ROLLBACK";
            if (tag == "COMMIT")
            {
                held.Commit();
                _isUndone = false;
            }
        }

        _hasSet |= execution.Plan.TouchesMeaning;
        _meaningChanged |= execution.Plan.TouchesMeaning;
        if (execution.Plan.TouchesCatalogue && !execution.KeepsCatalogue)
        {
            _hasMade = _catalogueChanged = true;
        }
    }

    /// <summary>What was set or made in the transaction may be as it was before.</summary>
    private void Undo()
    {
        _meaningChanged |= _hasSet;
        _catalogueChanged |= _hasMade;
    }

    private async ValueTask HandleErrorAsync(MessageHeader header, CancellationToken token)
    {
        var body = await upstream.Reader.ReadBodyAsync(header, token).ConfigureAwait(false);
        var error = ErrorFields.TryRead(body.Span, out var read) ? read : new ErrorFields("FATAL", "08P01", "");
        if (!sent.TryPeek(out var head) || error.Severity is not ErrorFields.Error)
        {
            // The server ends the session of its own accord; the end of its stream follows.
            HasEnded = true;
            Pass(header, body.Span);
            return;
        }

        if (head.Refusal is { } refusal && Poison.IsErrorOf(error.SqlState))
        {
            BackendMessages.WriteError(client, refusal.ToFields());
        }
        else
        {
            Pass(header, body.Span);
        }

        _isUndone = true;
        Undo();
        _isCopyingIn = false;
        if (head.Kind is Awaited.Query or Awaited.Call or Awaited.Sync)
        {
            FailFrom(head.Detail, _statement, $"failed {error.SqlState}");
            return;
        }

        Fail(head.Detail, $"failed {error.SqlState}");
        sent.Take();
        SkipFrom(head.Segment);
    }

    /// <summary>The server passes over what follows until a Sync.</summary>
    private void SkipFrom(int segment)
    {
        _statement = 0;
        _isSkipping = true;
        _failedSegment = segment;
        sent.Wake();
    }

    /// <summary>The statements of a text from the one that failed.</summary>
    private void FailFrom(object? detail, int first, string claim)
    {
        if (detail is Execution?[] executions)
        {
            for (var at = first; at < executions.Length; at++)
            {
                Fail(executions[at], at == first ? claim : Execution.NotExecuted);
            }
        }
        else
        {
            Fail(detail, claim);
        }
    }

    private void Fail(object? detail, string claim)
    {
        switch (detail)
        {
            case Execution execution:
                execution.Claim = claim;
                execution.Stand(Standing.Failed);
                held.Hold(execution);
                break;
            case Execution?[] executions:
                foreach (var execution in executions)
                {
                    Fail(execution, claim);
                }

                break;
            case Naming naming:
                naming.Standing = Standing.Failed;
                Fail((naming as Naming<Portal>)?.Value?.Execution, claim);
                break;
        }
    }

    private async ValueTask HandleReadyAsync(MessageHeader header, CancellationToken token)
    {
        var body = await upstream.Reader.ReadBodyAsync(header, token).ConfigureAwait(false);
        Pass(header, body.Span);
        while (_isSkipping && sent.TryPeek(out var passed) && passed.Kind != Awaited.Sync)
        {
            Fail(passed.Detail, Execution.NotExecuted);
            sent.Take();
        }

        if (!sent.TryPeek(out var head) || head.Kind is not (Awaited.Query or Awaited.Call or Awaited.Sync))
        {
            throw Unexpected(header);
        }

        _isSkipping = false;
        _isCopyingIn = false;
        _statement = 0;
        Become(body.Span[0], head.Segment);
        sent.Take();
    }

    private void Become(byte status, int segment)
    {
        _status = status;
        if (status != TransactionStatus.Idle)
        {
            return;
        }

        _idleSegment = segment;
        if (_isUndone)
        {
            held.RollBack();
        }
        else
        {
            held.Commit();
        }

        Undo();
        if (_hasMade)
        {
            Volatile.Write(ref _committedAt, OnCatalogueCommitted());
        }

        _isUndone = _hasSet = _hasMade = false;
    }
}
