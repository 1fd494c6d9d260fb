using System.Globalization;
using System.Text.Json;
using Homeostat.Client.Contract;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Ledger.Statements;
using Homeostat.Server.Hosting;

namespace Homeostat.Server.Api;

/// <summary>
/// Decisions as they happen, as server-sent events. Each reader follows the log by itself: nothing is queued for it, no
/// decision waits for it, and one that falls too far behind is moved on and told how much it missed.
/// </summary>
internal sealed class EventEndpoints(ControlPlane plane, Callers callers)
{
    private const string LastSeen = "Last-Event-ID";

    private int _readers;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/events", FollowAsync);

    private async Task FollowAsync(HttpContext context)
    {
        var caller = callers.Identify(context);
        Demand(caller);
        var from = FromOf(context);
        if (Interlocked.Increment(ref _readers) > Limits.EventReaders)
        {
            Interlocked.Decrement(ref _readers);
            context.Response.Headers.RetryAfter = "5";
            throw new ProblemException(
                StatusCodes.Status503ServiceUnavailable,
                "too many readers of events",
                "come back later"
            );
        }

        try
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, plane.Stopping);
            await FollowAsync(context.Response, caller, from, ending.Token);
        }
        catch (OperationCanceledException)
        {
            // The reader went away, or the service ends: the reader comes back with the last id that it has seen.
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
        }
    }

    private async Task FollowAsync(HttpResponse response, Caller caller, long from, CancellationToken cancellationToken)
    {
        await response.WriteAsync(": decisions as they happen\n\n", cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
        var clock = plane.Parts.Clock;
        var spoke = clock.GetTimestamp();
        while (CanStillRead(caller))
        {
            var size = plane.Log.Size;
            if (from < size)
            {
                from = await MoveOnAsync(response, from, size, cancellationToken);
                await TellAsync(response, caller, from, size, cancellationToken);
                (from, spoke) = (size, clock.GetTimestamp());
            }
            else if (clock.GetElapsedTime(spoke) > Limits.EventSilence)
            {
                // Whoever went away without a word is noticed when we speak.
                await response.WriteAsync(": still here\n\n", cancellationToken);
                spoke = clock.GetTimestamp();
            }

            await response.Body.FlushAsync(cancellationToken);
            await Task.Delay(Limits.EventEvery, clock, cancellationToken);
        }
    }

    /// <summary>A reader that is too far behind goes on where it can still keep up.</summary>
    private async Task<long> MoveOnAsync(
        HttpResponse response,
        long from,
        long size,
        CancellationToken cancellationToken
    )
    {
        var missed = size - from - plane.Options.EventLag;
        if (missed <= 0)
        {
            return from;
        }

        var body = new MissedEvent(missed, from, from + missed - 1);
        var json = JsonSerializer.Serialize(body, ContractJson.Default.MissedEvent);
        await response.WriteAsync($"event: missed\ndata: {json}\n\n", cancellationToken);
        return from + missed;
    }

    private async Task TellAsync(
        HttpResponse response,
        Caller caller,
        long from,
        long size,
        CancellationToken cancellationToken
    )
    {
        await foreach (var entry in plane.Log.ReadAsync(from, cancellationToken))
        {
            if (entry.Index >= size)
            {
                return;
            }

            var statement = Statement.Parse(entry.Bytes);
            if (
                DecisionEntry.IsDecision(statement)
                && DecisionEntry.Read(statement) is var decision
                && IsSeen(caller, decision)
            )
            {
                var json = JsonSerializer.Serialize(Of(entry.Index, decision), ContractJson.Default.DecisionEvent);
                await response.WriteAsync(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"id: {entry.Index}\nevent: decision\ndata: {json}\n\n"
                    ),
                    cancellationToken
                );
            }
        }
    }

    private static DecisionEvent Of(long index, DecisionEntry decision) =>
        new(
            index,
            decision.Time,
            decision.Agent,
            decision.Lease,
            decision.Request,
            decision.Operation,
            Words.Of(decision.Verdict),
            decision.Effects.Rows,
            decision.Findings.Rows,
            decision.Permit,
            decision.WouldBe is { } wouldBe ? Words.Of(wouldBe) : null
        );

    private bool IsSeen(Caller caller, DecisionEntry decision) => callers.IsSeenBy(caller, new LeaseId(decision.Lease));

    private void Demand(Caller caller)
    {
        if (!CanStillRead(caller))
        {
            throw Callers.Forbidden(
                "this is for the operator's token, or the secret of a lease that can still be used"
            );
        }
    }

    /// <summary>A lease that has ended sees nothing more, however long its connection lives.</summary>
    private bool CanStillRead(Caller caller) =>
        caller.IsOperator
        || (
            caller.Lease is { } lease
            && plane.Parts.Book.Find(lease.Id, lease.Agent, plane.Parts.Clock.GetUtcNow()).Refusal is null
        );

    /// <summary>Behind the last event that the reader has seen; from now on where it has seen none.</summary>
    private long FromOf(HttpContext context)
    {
        var text = context.Request.Headers[LastSeen].ToString();
        if (text.Length == 0)
        {
            return plane.Log.Size;
        }

        return long.TryParse(text, CultureInfo.InvariantCulture, out var last) && last >= 0 && last < plane.Log.Size
            ? last + 1
            : throw new ProblemException(
                StatusCodes.Status400BadRequest,
                $"{LastSeen}: expected the id of an event of this log, 0 to {plane.Log.Size - 1}"
            );
    }
}
