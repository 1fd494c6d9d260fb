using Homeostat.Gateways.Tests.Postgres.Server;

namespace Homeostat.Gateways.Tests.Postgres.Sessions;

/// <summary>A gateway in front of a small shop.</summary>
public sealed class GatewayFixture(PostgresServer server) : IAsyncLifetime
{
    private const string Definition = """
        create table customers (id int primary key, name text);
        insert into customers values (1, 'a'), (2, 'b'), (3, 'c');
        create table notes (id int primary key, text text);
        create schema other;
        create table other.customers (id int, name text);
        insert into other.customers values (9, 'other');
        create table clock (at timestamp primary key, moment timestamptz unique);
        insert into clock values ('2026-03-29 02:30', '2026-03-29 02:00Z'), ('2026-03-29 03:30', '2026-03-29 03:00Z')
        """;

    internal TestGateway Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (PostgresServer.WhyNot is null)
        {
            Gateway = await TestGateway.StartAsync(
                server,
                Definition,
                "public.customers",
                "public.notes",
                "other.customers",
                "public.clock"
            );
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Gateway is not null)
        {
            await Gateway.DisposeAsync();
        }
    }
}
