using Homeostat.Client;
using Homeostat.Client.Contract;
using Homeostat.Core.Estate;
using Homeostat.Server.Hosting;
using Microsoft.AspNetCore.Builder;

namespace Homeostat.Server.Tests;

/// <summary>The service in this process: the real web server on a free port, the real log in a folder of its own.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly bool _ownsFolder;

    private TestServer(ControlPlane plane, WebApplication app, ShiftedTime clock, bool ownsFolder)
    {
        (Plane, _app, Clock, _ownsFolder) = (plane, app, clock, ownsFolder);
        Address = new Uri(ServerHost.AddressOf(app));
        Http = new HttpClient { BaseAddress = Address };
        Operator = new HomeostatClient(Http, File.ReadAllText(plane.Folder.OperatorFile).Trim());
        Estate = new HomeostatClient(Http, File.ReadAllText(plane.Folder.EstateFile).Trim());
    }

    public ControlPlane Plane { get; }
    public IServiceProvider Services => _app.Services;
    public ShiftedTime Clock { get; }
    public Uri Address { get; }
    public HttpClient Http { get; }
    public HomeostatClient Operator { get; }
    public HomeostatClient Estate { get; }
    public string OperatorToken => File.ReadAllText(Plane.Folder.OperatorFile).Trim();

    public static Task<TestServer> StartAsync(
        string? folder = null,
        TimeSpan? permitLife = null,
        params IReadOnlyList<IEstateSource> sources
    ) =>
        StartAsync(
            new ServerOptions { Data = folder ?? "", PermitLife = permitLife ?? TimeSpan.FromMinutes(5) },
            sources
        );

    /// <summary>With these options; a folder of its own where they name none.</summary>
    public static async Task<TestServer> StartAsync(ServerOptions options, params IReadOnlyList<IEstateSource> sources)
    {
        var ownsFolder = options.Data.Length == 0;
        options = options with
        {
            Data = ownsFolder ? Directory.CreateTempSubdirectory("homeostat-").FullName : options.Data,
            Listen = new(System.Net.IPAddress.Loopback, 0),
        };
        var clock = new ShiftedTime();
        var plane = await ControlPlane.OpenAsync(options, clock, sources);
        var app = ServerHost.Build(plane);
        plane.Start();
        await app.StartAsync();
        return new TestServer(plane, app, clock, ownsFolder);
    }

    /// <summary>A client with the secret of a new root lease that may stop and start every web server.</summary>
    public async Task<HomeostatClient> GrantAsync(string id, Func<GrantBody, GrantBody>? change = null)
    {
        var answer = await Operator.GrantAsync((change ?? (body => body))(Body(id)));
        return new HomeostatClient(Http, answer.Secret!);
    }

    public static GrantBody Body(string id) =>
        new()
        {
            Id = id,
            Agent = "agent-1",
            Purpose = "test",
            Cone = new ConeBody
            {
                Operations = ["stop", "start"],
                Where = new SelectorBody { Ids = ["web-*"] },
                Amounts = new AmountsBody { PerMinute = 10_000, Outstanding = 1_000 },
                Manner = "reversible",
            },
        };

    /// <summary>Tells that these web servers, of the lowest tier, are in this state.</summary>
    public Task<EstateAnswer> TellAsync(string state, DateTimeOffset? observedAt, params string[] ids) =>
        Estate.TellAsync(
            new EstateChangesBody
            {
                Source = "test",
                ObservedAt = observedAt ?? Clock.GetUtcNow(),
                Upsert =
                [
                    .. ids.Select(id => new ResourceBody
                    {
                        Id = id,
                        Kind = "compute-instance",
                        State = state,
                        Tier = 3,
                    }),
                ],
            }
        );

    /// <summary>Tells of a service of the highest tier that needs one of two web servers.</summary>
    public Task<EstateAnswer> TellServiceAsync(DateTimeOffset observedAt) =>
        Estate.TellAsync(
            new EstateChangesBody
            {
                Source = "test",
                ObservedAt = observedAt,
                Upsert =
                [
                    new ResourceBody
                    {
                        Id = "orders",
                        Kind = "service",
                        Tier = 0,
                        Needs = [new NeedBody { Group = "web", Members = ["web-1", "web-2"] }],
                    },
                    new ResourceBody
                    {
                        Id = "web-1",
                        Kind = "compute-instance",
                        State = "running",
                    },
                    new ResourceBody
                    {
                        Id = "web-2",
                        Kind = "compute-instance",
                        State = "running",
                    },
                ],
            }
        );

    public static DecisionBody Stop(params string[] ids) =>
        new() { Operation = "stop", Effects = [.. ids.Select(id => new EffectBody { Do = "stop", Id = id })] };

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Plane.DisposeAsync();
        if (_ownsFolder)
        {
            Directory.Delete(Plane.Folder.Root, recursive: true);
        }
    }
}
