using Homeostat.Core.Estate;
using Homeostat.Testing;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Xunit;

namespace Homeostat.Estates.Tests.Postgres;

/// <summary>The contract of every source, over a server of its own: what another test does would be a change too.</summary>
public sealed class PostgresContractTests : EstateContract, IAsyncLifetime
{
    private readonly PrimaryServer _server = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero));
    private NpgsqlConnection? _connection;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PostgresCluster.WhyNot is not null, PostgresCluster.WhyNot ?? "");
        await _server.InitializeAsync();
        await _server.DatabaseAsync(
            "shop",
            "create table customers (id bigint primary key)",
            "create table orders (id bigint primary key, customer bigint references customers)",
            "create view open_orders as select * from orders"
        );
        _connection = new NpgsqlConnection(_server.Cluster.ConnectionString("shop") + ";Pooling=false");
        await _connection.OpenAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    protected override IEstateSource CreateSource() => _server.Source(time: _time);

    protected override void ChangeEstate()
    {
        using var command = new NpgsqlCommand(
            "create table returns (id int); drop view open_orders; alter table orders add column note text; "
                + "grant delete on customers to looker; create index on orders (customer)",
            _connection
        );
        command.ExecuteNonQuery();
    }

    protected override void PassTime() => _time.Advance(TimeSpan.FromSeconds(16));
}
