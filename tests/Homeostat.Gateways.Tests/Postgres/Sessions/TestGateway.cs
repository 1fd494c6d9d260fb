using System.Collections.Concurrent;
using System.Diagnostics;
using Homeostat.Core.Actions;
using Homeostat.Core.Critics;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Gateways.Postgres;
using Homeostat.Gateways.Postgres.Authentication;
using Homeostat.Gateways.Postgres.Explaining;
using Homeostat.Gateways.Postgres.Upstream;
using Homeostat.Gateways.Tests.Postgres.Server;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Homeostat.Gateways.Tests.Postgres.Sessions;

/// <summary>A gateway in this process with a real decider, a real log and a real database of its own behind it.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    public const string Cluster = "main";
    private const string Password = "hsl_secret.of-the-lease";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("homeostat-gw");
    private readonly PostgresServer _server;
    private readonly SigningKey _key = SigningKey.Generate("test.example/log");
    private readonly LedgerLog _log;
    private readonly ReadLog _reads;
    private readonly EstateModel _estate = new(ShelfLives.Default);
    private readonly PostgresGateway _gateway;
    private int _permits;

    private TestGateway(PostgresServer server, string database)
    {
        (_server, Database, Names) = (server, database, new PostgresNames(Cluster, database));
        _log = LedgerLog.Open(_folder.FullName, "test.example/log", _key, TimeProvider.System);
        var log = new DecisionLog(_log, "test.example");
        _reads = new ReadLog(log, TimeProvider.System);
        Decider = new Decider(
            new DeciderParts
            {
                Judge = new Judge(StressTable.Default, CriticPanel.Default),
                Leases = Leases,
                Estate = () => _estate.Current,
                Log = log,
                Reads = _reads,
                Clock = TimeProvider.System,
                NextPermit = () => new PermitId($"permit-{Interlocked.Increment(ref _permits)}"),
            }
        );
        var address = new UpstreamAddress
        {
            Host = server.SocketFolder,
            Port = server.Port,
            User = "gateway_writer",
        };
        _gateway = new PostgresGateway(
            new PostgresOptions
            {
                Cluster = Cluster,
                Writer = address,
                Reader = address with { User = "gateway_reader" },
                Listen = new(System.Net.IPAddress.Loopback, 0),
                Certificate = ServerCertificate.LoadOrCreate(_folder.FullName, TimeProvider.System),
            },
            new GatewayParts
            {
                Decider = Decider,
                Leases = Leases,
                Estate = () => _estate.Current,
                Clock = TimeProvider.System,
                SettleAsync = SettleAsync,
                Loggers = NullLoggerFactory.Instance,
            }
        );
    }

    public string Database { get; }

    public PostgresNames Names { get; }

    public MemoryLeaseBook Leases { get; } = new();

    public Decider Decider { get; }

    public long LogSize => _log.Size;

    public int Port => _gateway.EndPoint.Port;

    /// <summary>What was said of each permit when its statement was over.</summary>
    public ConcurrentQueue<FinishedPermit> Settled { get; } = new();

    /// <summary>With a new database that has these tables, which the model knows; each is of the lowest tier.</summary>
    public static async Task<TestGateway> StartAsync(PostgresServer server, string definition, params string[] tables)
    {
        var database = $"gw_{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8))}";
        await server.CreateDatabaseAsync(database);
        await using (var connection = await server.OpenAsync(database))
        {
            foreach (var role in new[] { "gateway_writer", "gateway_reader" })
            {
                await ExecuteAsync(
                    connection,
                    $"do $$ begin create role {role} login; exception when duplicate_object or unique_violation then null; end $$"
                );
            }

            await ExecuteAsync(connection, $"alter database {database} owner to gateway_writer");
            string[] script =
            [
                "grant all on schema public to gateway_writer",
                "set role gateway_writer",
                .. definition.Split(';'),
                "grant usage on schema other to gateway_reader",
                "grant select on all tables in schema public, other to gateway_reader",
            ];
            foreach (var statement in script)
            {
                await ExecuteAsync(connection, statement);
            }
        }

        var gateway = new TestGateway(server, database);
        gateway.Tell(tables);
        await gateway._gateway.StartAsync(TestContext.Current.CancellationToken);
        return gateway;
    }

    /// <summary>Tells the model of the database and of these tables.</summary>
    public void Tell(params IReadOnlyList<string> tables)
    {
        var seen = new Provenance("test", TimeProvider.System.GetUtcNow());
        EstateChange Of(ResourceId id, string kind, params IReadOnlyList<Fact> facts) =>
            new EstateChange.Upsert(
                new Resource
                {
                    Id = id,
                    Kind = new ResourceKind(kind),
                    Tier = Tier.Three,
                    Existence = seen,
                    State = RunState.Running,
                    StateSeen = seen,
                    Facts = facts,
                },
                []
            );
        _estate.Apply(
            new EstateBatch(
                [
                    Of(Names.Database, "database"),
                    .. tables.Select(table =>
                        Of(
                            Names.Relation(table.Split('.')[0], table.Split('.')[1]),
                            "table",
                            new Fact("rows", FactValue.Of(3), seen)
                        )
                    ),
                ],
                IsFullListing: true
            )
        );
    }

    /// <summary>Databases that the gateway holds ready.</summary>
    public int Databases => _gateway.Databases;

    /// <summary>What an operator would be told.</summary>
    public Task<ExplainedText> ExplainAsync(string database, string text) =>
        _gateway.ExplainAsync(database, text, TestContext.Current.CancellationToken);

    public Lease Grant(
        string id,
        Manner manner = Manner.Reversible,
        long rows = 100,
        LeaseId? parent = null,
        Selector? where = null
    )
    {
        var now = TimeProvider.System.GetUtcNow();
        var lease = new Lease
        {
            Id = new LeaseId(id),
            Agent = new AgentId("agent"),
            Parent = parent,
            Cone = new LightCone
            {
                Operations = (Operations)ushort.MaxValue,
                Where = where ?? Selector.Everything,
                Amounts = new Amounts
                {
                    Resources = 1000,
                    Rows = rows,
                    Stress = 0.9,
                    Irreversible = 0,
                    PerMinute = 100_000,
                    Outstanding = 10_000,
                },
                Manner = manner,
            },
            Purpose = "test",
            IssuedAt = now - TimeSpan.FromMinutes(30),
            ExpiresAt = now + TimeSpan.FromMinutes(parent is null ? 30 : 20),
            PasswordVerifier = ScramVerifier.Create(Password).ToString(),
        };
        Assert.Null(Leases.Grant(lease, now));
        return lease;
    }

    public string ConnectionString(Lease lease) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = Port,
            Username = lease.Id.Value,
            Password = Password,
            Database = Database,
            Pooling = false,
            SslMode = SslMode.Disable,
            CommandTimeout = 20,
            IncludeErrorDetail = true,
        }.ConnectionString;

    /// <summary>The gateway as a server to our own client.</summary>
    public UpstreamAddress AddressFor(Lease lease) =>
        new()
        {
            Host = "127.0.0.1",
            Port = Port,
            User = lease.Id.Value,
            Password = Password,
            Tls = UpstreamTls.Disable,
        };

    public async Task<NpgsqlConnection> OpenAsync(Lease lease)
    {
        var connection = new NpgsqlConnection(ConnectionString(lease));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>Past the gateway.</summary>
    public Task<NpgsqlConnection> OpenDirectAsync() => _server.OpenAsync(Database);

    /// <summary>The lines that a PostgreSQL program prints, errors among them.</summary>
    public async Task<(int Code, string Output)> RunAsync(
        Lease lease,
        string program,
        string input,
        string tls = "disable",
        params IReadOnlyList<string> arguments
    )
    {
        var start = new ProcessStartInfo($"/usr/lib/postgresql/15/bin/{program}", arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["PGHOST"] = "127.0.0.1",
                ["PGPORT"] = Port.ToString(),
                ["PGUSER"] = lease.Id.Value,
                ["PGPASSWORD"] = Password,
                ["PGDATABASE"] = Database,
                ["PGSSLMODE"] = tls,
                ["PGOPTIONS"] = "",
            },
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await error);
    }

    public static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    public static async Task<PostgresException> RefusedAsync(NpgsqlConnection connection, string sql) =>
        await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, sql));

    /// <summary>Waits until it holds, or fails.</summary>
    public static async Task UntilAsync(Func<bool> holds)
    {
        for (var left = 400; !holds(); left--)
        {
            Assert.True(left > 0, "it did not come to hold in time");
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until no permit is outstanding.</summary>
    public Task SettledAsync() => UntilAsync(() => Leases.Outstanding().Count == 0);

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _reads.DisposeAsync();
        _log.Dispose();
        _key.Dispose();
        _folder.Delete(recursive: true);
    }

    private Task SettleAsync(IReadOnlyList<FinishedPermit> finished)
    {
        foreach (var permit in finished)
        {
            Settled.Enqueue(permit);
            Leases.Settle(permit.Permit);
        }

        return Task.CompletedTask;
    }
}
