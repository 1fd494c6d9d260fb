using Homeostat.Server.Hosting;

const int Usage = 64;
const int CannotStart = 69;

// Before the first socket: answers go on where they arrive, without a way through the thread pool. Nothing blocks there. A thread for
// every two cores, because what is in front of it and behind it needs the other: more of them only take turns, and wake for less each.
Default("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
Default("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", $"{Math.Max(1, Environment.ProcessorCount / 2)}");
var errors = new List<string>();
if (ServerOptions.Parse(args, errors) is not { } options)
{
    errors.ForEach(error => Console.Error.WriteLine($"homeostat-server: {error}"));
    return Usage;
}

try
{
    await using var plane = await ControlPlane.OpenAsync(options, TimeProvider.System);
    await using var app = ServerHost.Build(plane);
    plane.Start();
    await app.StartAsync();
    var address = ServerHost.AddressOf(app);
    await File.WriteAllTextAsync(plane.Folder.AddressFile, address + "\n");
    await using var postgres = plane.Postgres is { } governed
        ? await governed.StartAsync(plane, app.Services.GetRequiredService<ILoggerFactory>())
        : null;
    Console.WriteLine($"listening on {address}");
    if (postgres is not null)
    {
        Console.WriteLine($"postgres on {postgres.EndPoint}");
    }

    if (plane.Folder.NewOperatorToken is { } token)
    {
        Console.WriteLine($"operator token, shown once and kept in {plane.Folder.OperatorFile}: {token}");
    }

    if (options.StopsWithInput)
    {
        _ = StopWithInputAsync(app.Lifetime);
    }

    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception error) when (error is StartException or IOException)
{
    await Console.Error.WriteLineAsync($"homeostat-server: {error.Message}");
    return CannotStart;
}

static async Task StopWithInputAsync(IHostApplicationLifetime lifetime)
{
    await using var input = Console.OpenStandardInput();
    var ignored = new byte[256];
    while (await input.ReadAsync(ignored) > 0)
    {
        // Nothing that is said here means anything; only its end does.
    }

    lifetime.StopApplication();
}

static void Default(string name, string value) =>
    Environment.SetEnvironmentVariable(name, Environment.GetEnvironmentVariable(name) ?? value);
