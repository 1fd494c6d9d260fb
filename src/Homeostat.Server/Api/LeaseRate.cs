using System.Globalization;
using System.Threading.RateLimiting;
using Homeostat.Client.Contract;
using Homeostat.Core.Actions;
using Microsoft.AspNetCore.RateLimiting;

namespace Homeostat.Server.Api;

/// <summary>
/// So many requests a second under each lease, so that one agent cannot take the service from the others. It counts under
/// the lease whose secret was shown: who only names a lease takes nothing from it.
/// </summary>
internal static class LeaseRate
{
    /// <param name="perSecond">Twice as many may come at once.</param>
    public static void Configure(RateLimiterOptions options, Callers callers, int perSecond)
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, LeaseId>(context =>
            callers.LeaseOf(context)?.Id is { } lease
                ? RateLimitPartition.GetTokenBucketLimiter<LeaseId>(
                    lease,
                    _ => new TokenBucketRateLimiterOptions
                    {
                        TokenLimit = 2 * perSecond,
                        TokensPerPeriod = Math.Max(1, perSecond / 10),
                        ReplenishmentPeriod = TimeSpan.FromSeconds(perSecond >= 10 ? 0.1 : 1.0 / perSecond),
                        AutoReplenishment = true,
                    }
                )
                : RateLimitPartition.GetNoLimiter(default(LeaseId))
        );
        options.OnRejected = (context, _) => new ValueTask(RefuseAsync(context, perSecond));
    }

    private static Task RefuseAsync(OnRejectedContext context, int perSecond)
    {
        var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var known) ? known : TimeSpan.Zero;
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        context.HttpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Exchange.WriteProblemAsync(
            context.HttpContext,
            new ProblemBody
            {
                Title = "too many requests under this lease",
                Status = StatusCodes.Status429TooManyRequests,
                Detail = $"{perSecond} a second are answered; nothing was decided, come back in {seconds} s",
            }
        );
    }
}
