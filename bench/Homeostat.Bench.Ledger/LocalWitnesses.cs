using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Witnessing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Homeostat.Bench.Ledger;

/// <summary>Three witnesses behind HTTP on this machine, in this process.</summary>
internal sealed class LocalWitnesses : IAsyncDisposable
{
    private readonly List<IDisposable> _things = [];
    private WebApplication? _server;

    public async Task<TlogPolicy> StartAsync(string folder, VerifierKey log)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        var logs = new Dictionary<string, VerifierKey>(StringComparer.Ordinal) { [Load.Origin] = log };
        var keys = new List<SigningKey>();
        for (var i = 0; i < 3; i++)
        {
            var key = SigningKey.FromSeed($"w{i}.example.org", [.. Enumerable.Repeat((byte)(i + 10), 32)]);
            var store = WitnessStore.Open(Path.Combine(folder, $"w{i}"));
            _things.AddRange([key, store]);
            keys.Add(key);
            var witness = new Witness(key, store, TimeProvider.System, logs);
            _server.MapPost($"/w{i}/{AddCheckpointRequest.Path}", context => Answer(context, witness));
        }

        await _server.StartAsync();
        var lines = keys.Select((key, i) => $"witness w{i} {key.CosignerKey} {_server.Urls.First()}/w{i}/");
        return TlogPolicy.Parse($"{string.Join('\n', lines)}\ngroup g all w0 w1 w2\nquorum g\n");
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _things.ForEach(thing => thing.Dispose());
    }

    private static async Task Answer(HttpContext context, Witness witness)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var answer = witness.AddCheckpoint(body.ToArray());
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        await context.Response.WriteAsync(answer.Body);
    }
}
