using Homeostat.Client.Contract;
using Homeostat.Ledger.Storage;

namespace Homeostat.Server.Api;

/// <summary>Turns whatever goes wrong into a problem (RFC 9457); a bug of ours is told without its insides.</summary>
internal sealed class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    private int _answering;

    public async Task InvokeAsync(HttpContext context)
    {
        var isFull = Interlocked.Increment(ref _answering) > Limits.Requests;
        try
        {
            if (isFull)
            {
                context.Response.Headers.RetryAfter = "1";
                throw new ProblemException(
                    StatusCodes.Status503ServiceUnavailable,
                    "too many requests are being answered",
                    "come back in a second"
                );
            }

            await next(context);
            await ExplainAsync(context);
        }
        catch (Exception error) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await Exchange.WriteProblemAsync(context, ProblemOf(error));
        }
        finally
        {
            Interlocked.Decrement(ref _answering);
        }
    }

    /// <summary>What routing refused has no body yet.</summary>
    private static Task ExplainAsync(HttpContext context)
    {
        if (context.Response.HasStarted || context.Response.StatusCode < 400)
        {
            return Task.CompletedTask;
        }

        var status = context.Response.StatusCode;
        var title =
            status == StatusCodes.Status405MethodNotAllowed
                ? $"{context.Request.Method} is not offered here"
                : "there is nothing at this path";
        return Exchange.WriteProblemAsync(context, new ProblemBody { Title = title, Status = status });
    }

    private ProblemBody ProblemOf(Exception error)
    {
        switch (error)
        {
            case ProblemException problem:
                return problem.Body;
            case BadHttpRequestException bad:
                return new ProblemBody { Title = bad.Message, Status = bad.StatusCode };
            case AppendRefusedException refused:
                return new ProblemBody
                {
                    Title = "the log could not take it, so it did not happen",
                    Status = StatusCodes.Status503ServiceUnavailable,
                    Detail = refused.Message,
                };
            default:
                Log.Failed(logger, error);
                return new ProblemBody
                {
                    Title = "the service failed; nothing was permitted",
                    Status = StatusCodes.Status500InternalServerError,
                };
        }
    }
}
