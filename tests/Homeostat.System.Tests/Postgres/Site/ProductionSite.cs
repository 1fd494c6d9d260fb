using Homeostat.Client.Contract;
using Npgsql;

namespace Homeostat.SystemTests.Postgres.Site;

/// <summary>One PostgreSQL with a standby, one service in front of it: what all tests of the gateway share.</summary>
public sealed class ProductionSite : IAsyncLifetime
{
    private Cluster? _cluster;
    private Service? _service;
    private NpgsqlConnection? _canary;
    private NpgsqlConnection? _watch;
    private int _leases;
    private int _notified;

    internal Cluster Cluster => _cluster!;

    internal Service Service => _service!;

    /// <summary>Notifications that reached somebody who works with production.</summary>
    internal int Notified => _notified;

    public async ValueTask InitializeAsync()
    {
        if (Cluster.WhyNot is null)
        {
            try
            {
                _cluster = await Cluster.StartAsync();
                _service = await Service.StartAsync(_cluster);
                await SendCanaryAsync();
            }
            catch
            {
                await DisposeAsync();
                throw;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (_canary?.DisposeAsync() ?? default);
        await (_watch?.DisposeAsync() ?? default);
        await (_service?.DisposeAsync() ?? default);
        await (_cluster?.DisposeAsync() ?? default);
    }

    /// <summary>A colleague's session, which works on and listens.</summary>
    internal async Task SendCanaryAsync()
    {
        _canary = await Cluster.Owner("shop").OpenAsync(settings => settings.ApplicationName = "canary");
        _canary.Notification += (_, _) => Interlocked.Increment(ref _notified);
        await ExecuteAsync(_canary, "listen canary");
        _watch = await Cluster.Owner("shop").OpenAsync();
    }

    /// <summary>Everything in production that an attack could have changed.</summary>
    internal async Task<IReadOnlyList<string>> FingerprintAsync()
    {
        await using var command = new NpgsqlCommand("select * from site.fingerprint()", _watch);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var lines = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            lines.Add(reader.GetString(0));
        }

        await reader.CloseAsync();
        await ExecuteAsync(_canary!, "select 1");
        lines.Add($"notified {_notified}");
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    /// <summary>A lease of an agent that has no other, and the door that it opens.</summary>
    internal async Task<Visit> LendAsync(
        ConeBody cone,
        string database = "shop",
        double life = 3600,
        Service? by = null
    )
    {
        var service = by ?? Service;
        var agent = $"agent-{Interlocked.Increment(ref _leases)}";
        var body = new GrantBody
        {
            Agent = agent,
            Purpose = "system tests",
            LifeSeconds = life,
            RenewalSeconds = 0,
            Cone = cone,
        };
        var answer = await service.Operator.GrantAsync(body);
        var door = new Door("127.0.0.1", service.Port, answer.Lease.Id, answer.Secret!, database);
        return new Visit(agent, answer.Lease.Id, door, service);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}

/// <summary>An agent with its lease, in front of the gateway.</summary>
internal sealed record Visit(string Agent, string Lease, Door Door, Service Service)
{
    public Task RevokeAsync() => Service.Operator.RevokeAsync(Lease, TestContext.Current.CancellationToken);
}

[CollectionDefinition(Name)]
public sealed class SiteCollection : ICollectionFixture<ProductionSite>
{
    public const string Name = "a production site";
}
