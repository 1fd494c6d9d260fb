using System.Security.Cryptography.X509Certificates;
using Homeostat.Server.Api;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Homeostat.Server.Hosting;

/// <summary>The web server around a control plane.</summary>
internal static class ServerHost
{
    public static WebApplication Build(ControlPlane plane)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        // A flood of connections must not become a flood of lines.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Connections", LogLevel.Error);
        // It tells of each request what nobody here listens to, and makes an activity for it first.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Limits.Shutdown);
        var callers = new Callers(plane.Parts.Book, plane.Folder);
        builder.Services.AddRateLimiter(options => LeaseRate.Configure(options, callers, plane.Options.LeaseRate));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, plane.Options));

        var app = builder.Build();
        // Before requests are waited for: a reader of events would otherwise hold up the end.
        app.Lifetime.ApplicationStopping.Register(plane.Stop);
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
        app.UseRateLimiter();
        new DecisionEndpoints(plane, callers).Map(app);
        new LeaseEndpoints(plane, callers).Map(app);
        new EstateEndpoints(plane, callers).Map(app);
        new LogEndpoints(plane, callers).Map(app);
        new AgentEndpoints(plane, callers).Map(app);
        new EventEndpoints(plane, callers).Map(app);
        new SqlEndpoints(plane, callers).Map(app);
        new HealthEndpoints(plane).Map(app);
        OpenApi.Map(app);
        return app;
    }

    /// <summary>Where it listens, once it has started: a port of 0 has become a real one.</summary>
    public static string AddressOf(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    private static void Configure(KestrelServerOptions kestrel, ServerOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = Limits.BodyBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = Limits.HeaderBytes;
        kestrel.Limits.RequestHeadersTimeout = Limits.HeaderTimeout;
        kestrel.Limits.KeepAliveTimeout = Limits.KeepAlive;
        kestrel.Limits.MaxConcurrentConnections = Limits.Connections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = 0;
        kestrel.Listen(
            options.Listen,
            listen =>
            {
                if (options is { Certificate: { } certificate, CertificateKey: { } key })
                {
                    listen.UseHttps(X509Certificate2.CreateFromPemFile(certificate, key));
                }
            }
        );
    }
}
