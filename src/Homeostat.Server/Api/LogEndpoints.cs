using System.Globalization;
using System.Text.RegularExpressions;
using Homeostat.Client.Contract;
using Homeostat.Ledger.Statements;
using Homeostat.Server.Hosting;

namespace Homeostat.Server.Api;

/// <summary>The log as its files are (C2SP tlog-tiles), and its entries for people.</summary>
internal sealed partial class LogEndpoints(ControlPlane plane, Callers callers)
{
    private const string Prefix = "/v1/log/";

    [GeneratedRegex(
        @"^tile/(entries|[0-9]{1,2})/(x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]{1,3})?$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 100
    )]
    private static partial Regex TileName();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet($"{Prefix}checkpoint", CheckpointAsync);
        routes.MapGet($"{Prefix}entries", EntriesAsync);
        routes.MapGet($"{Prefix}tile/{{**rest}}", TileAsync);
    }

    /// <summary>A checkpoint says how many entries there are and what they hash to, and nothing of their content.</summary>
    private async Task CheckpointAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        await context.Response.Body.WriteAsync(plane.Log.PublishedCheckpoint().ToBytes(), context.RequestAborted);
    }

    private async Task TileAsync(HttpContext context)
    {
        callers.DemandOperator(context);
        var name = context.Request.Path.Value![Prefix.Length..];
        var file = Path.Combine(plane.Folder.LogFolder, name);
        if (!TileName().IsMatch(name) || !File.Exists(file))
        {
            throw new ProblemException(StatusCodes.Status404NotFound, "there is no such tile");
        }

        // A tile never changes.
        context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        context.Response.ContentType = "application/octet-stream";
        await context.Response.SendFileAsync(file, context.RequestAborted);
    }

    private async Task EntriesAsync(HttpContext context)
    {
        callers.DemandOperator(context);
        var text = context.Request.Query["from"].ToString();
        if (!long.TryParse(text.Length == 0 ? "0" : text, CultureInfo.InvariantCulture, out var from) || from < 0)
        {
            throw new ProblemException(
                StatusCodes.Status400BadRequest,
                "from: expected the index of an entry, 0 or more"
            );
        }

        var rows = new List<LogEntryBody>();
        await foreach (var entry in plane.Log.ReadAsync(from, context.RequestAborted))
        {
            var header = Statement.Parse(entry.Bytes).Header;
            rows.Add(
                new LogEntryBody(
                    entry.Index,
                    header.Issuer,
                    header.Subject,
                    header.ContentType,
                    Convert.ToBase64String(entry.Bytes.Span)
                )
            );
            if (rows.Count == Limits.PageRows)
            {
                break;
            }
        }

        var next = from + rows.Count;
        var isMore = next < plane.Log.Size && rows.Count > 0;
        var page = new LogPage(rows, plane.Log.Size, plane.Log.Key.ToString(), isMore ? next : null);
        await Exchange.WriteAsync(context, page, ContractJson.Default.LogPage);
    }
}
