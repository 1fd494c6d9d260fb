using System.Net;
using System.Text;
using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Tiles;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;

namespace Homeostat.Cli.Commands.Log;

/// <summary>
/// The published files of one log over HTTP (C2SP tlog-tiles) at <c>/log/…</c>, or of each shard of a sharded one at <c>/log/0000/…</c> with an index at
/// <c>/log/shards</c>; of its folder it opens nothing else.
/// </summary>
internal sealed class LogServer : IAsyncDisposable
{
    private const string Root = "/log/";

    private readonly WebApplication _server;

    private LogServer(WebApplication server) => _server = server;

    /// <summary>The URL before the names of the log's files.</summary>
    public Uri Prefix => new(new Uri(_server.Urls.First()), Root);

    /// <summary>Listens; an <see cref="IOException"/> says why it cannot.</summary>
    public static async Task<LogServer> StartAsync(
        string folder,
        IPEndPoint address,
        CancellationToken cancellationToken
    )
    {
        // Nothing is read from settings or the environment: where it listens is what the command says.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => Configure(options, address));
        var server = builder.Build();
        server.Run(context => AnswerAsync(context, folder));
        try
        {
            await server.StartAsync(cancellationToken);
            return new LogServer(server);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when the process is asked to end.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _server.WaitForShutdownAsync(cancellationToken);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static void Configure(KestrelServerOptions options, IPEndPoint address)
    {
        options.AddServerHeader = false;
        options.Limits.MaxConcurrentConnections = Limits.LogReaders;
        options.Limits.RequestHeadersTimeout = Limits.LogRequestTime;
        options.Limits.MaxRequestBodySize = 0;
        options.Listen(address);
    }

    private static Task AnswerAsync(HttpContext context, string folder)
    {
        var method = context.Request.Method;
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "a log is read with GET and HEAD");
        }

        // The path has been decoded once; what is still encoded in it is no part of a published name.
        var path = context.Request.Path.Value ?? "";
        var name = path.StartsWith(Root, StringComparison.Ordinal) ? path[Root.Length..] : "";
        if (!ShardFolder.IsOne(folder))
        {
            return SendAsync(context, folder, PublishedFiles.Find(name));
        }

        return name == ShardFolder.IndexPath
            ? SendIndexAsync(context, folder)
            : SendOfShardAsync(context, folder, name);
    }

    private static Task SendOfShardAsync(HttpContext context, string folder, string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && ShardFolder.IsName(name[..slash])
            ? SendAsync(context, Path.Combine(folder, name[..slash]), PublishedFiles.Find(name[(slash + 1)..]))
            : NotFoundAsync(context);
    }

    // Read anew each time: shards begin, and sealed ones are moved away.
    private static Task SendIndexAsync(HttpContext context, string folder)
    {
        byte[] index;
        try
        {
            index = Encoding.UTF8.GetBytes(ShardFolder.ToText(ShardFolder.List(folder)));
        }
        catch (Exception failure) when (failure is IOException or FormatException or UnauthorizedAccessException)
        {
            return RefuseAsync(
                context,
                StatusCodes.Status503ServiceUnavailable,
                "the shards cannot be listed; try again"
            );
        }

        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.ContentLength = index.Length;
        return HttpMethods.IsGet(context.Request.Method)
            ? context.Response.Body.WriteAsync(index, context.RequestAborted).AsTask()
            : Task.CompletedTask;
    }

    // Published files are replaced whole, never changed: what was opened stays one version, whatever the writer does meanwhile.
    private static async Task SendAsync(HttpContext context, string folder, PublishedFile? file)
    {
        if (file is null)
        {
            await NotFoundAsync(context);
            return;
        }

        FileStream content;
        try
        {
            content = Open(Path.Combine(folder, file.Path));
        }
        catch (Exception missing)
            when (missing is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            await NotFoundAsync(context);
            return;
        }
        catch (IOException)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "the file cannot be read; try again");
            return;
        }

        await using (content)
        {
            context.Response.ContentType = file.ContentType;
            context.Response.Headers.CacheControl = file.CacheControl;
            context.Response.ContentLength = content.Length;
            if (HttpMethods.IsGet(context.Request.Method))
            {
                await content.CopyToAsync(context.Response.Body, context.RequestAborted);
            }
        }
    }

    private static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    // A tile that is not there yet may be there soon: nobody may remember that it was not.
    private static Task NotFoundAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return RefuseAsync(context, StatusCodes.Status404NotFound, "the log publishes no such file");
    }

    private static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = reason.Length + 1;
        return context.Response.WriteAsync($"{reason}\n", context.RequestAborted);
    }
}
