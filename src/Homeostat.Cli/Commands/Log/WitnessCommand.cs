using System.CommandLine;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Witnessing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Homeostat.Cli.Commands.Log;

/// <summary>Serves a witness over HTTP (C2SP tlog-witness).</summary>
internal static class WitnessCommand
{
    public static Command Create()
    {
        var logs = new Option<string[]>("--trust")
        {
            Description = "a log's verifier key; its name is the log's origin",
            Required = true,
        };
        var name = new Option<string>("--name")
        {
            Description = "the witness's name, such as witness.example.org",
            Required = true,
        };
        var folder = new Option<string>("--folder")
        {
            Description = "where the key and the last checkpoints are kept",
            DefaultValueFactory = _ => ".homeostat/witness",
        };
        var listen = new Option<string>("--listen")
        {
            Description = "where to listen",
            DefaultValueFactory = _ => "http://127.0.0.1:7380",
        };
        var command = new Command("witness", "cosign the checkpoints of other logs") { logs, name, folder, listen };
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    parsed.GetValue(folder)!,
                    parsed.GetValue(name)!,
                    parsed.GetValue(logs)!,
                    parsed.GetValue(listen)!,
                    cancellationToken
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        string folder,
        string name,
        string[] logs,
        string listen,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var trusted = logs.Select(VerifierKey.Parse).ToDictionary(key => key.Name, StringComparer.Ordinal);
            Directory.CreateDirectory(folder);
            using var key = SigningKey.LoadOrCreate(Path.Combine(folder, "key"), name);
            using var store = WitnessStore.Open(Path.Combine(folder, "checkpoints"));
            await using var server = Build(new Witness(key, store, TimeProvider.System, trusted), listen);
            await server.StartAsync(cancellationToken);
            Console.WriteLine($"witness {name} {key.CosignerKey} {string.Join(' ', server.Urls)}");
            await server.WaitForShutdownAsync(cancellationToken);
            return 0;
        }
        catch (Exception e) when (e is FormatException or IOException or LedgerOpenException or ArgumentException)
        {
            return LogOptions.Fail(e.Message);
        }
    }

    private static WebApplication Build(Witness witness, string listen)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(listen);
        builder.Services.Configure<KestrelServerOptions>(options =>
            options.Limits.MaxRequestBodySize = Ledger.Limits.NoteBytes
        );
        var server = builder.Build();
        server.MapPost($"/{AddCheckpointRequest.Path}", context => AnswerAsync(context, witness));
        return server;
    }

    private static async Task AnswerAsync(HttpContext context, Witness witness)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var answer = witness.AddCheckpoint(body.ToArray());
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        await context.Response.WriteAsync(answer.Body, context.RequestAborted);
    }
}
