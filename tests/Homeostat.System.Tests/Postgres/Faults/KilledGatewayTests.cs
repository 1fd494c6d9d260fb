using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Homeostat.Core.Deciding;
using Homeostat.Core.Leases;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;
using Homeostat.SystemTests.Postgres.Site;
using Npgsql;

namespace Homeostat.SystemTests.Postgres.Faults;

/// <summary>The service is killed under load; HOMEOSTAT_KILLS says how often where the usual number is too few.</summary>
[Collection(SiteCollection.Name)]
public sealed class KilledGatewayTests(ProductionSite site)
{
    private const string Missing = "PostgreSQL 15 is not installed";
    private const int Workers = 4;

    private static readonly int Kills = int.TryParse(
        Environment.GetEnvironmentVariable("HOMEOSTAT_KILLS"),
        CultureInfo.InvariantCulture,
        out var kills
    )
        ? kills
        : 3;

    public static bool IsInstalled => Cluster.WhyNot is null;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task Every_row_that_is_there_has_its_decision_on_the_log()
    {
        await site.Cluster.ScriptAsync("play", "drop table if exists deeds; create table deeds (id int primary key)");
        var folder = Directory.CreateTempSubdirectory("homeostat-killed").FullName;
        var random = new Random(23);
        var next = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var service = await Service.StartAsync(site.Cluster, folder);
            var visit = await site.LendAsync(Cones.Whole("play"), "play", by: service);
            var before = next;
            var work = Enumerable
                .Range(0, Workers)
                .Select(_ => WorkAsync(visit.Door, () => Interlocked.Increment(ref next)))
                .ToArray();
            while (next < before + 20)
            {
                await Task.Delay(10, Token);
            }

            await Task.Delay(random.Next(10, 300), Token);
            service.Kill();
            await Task.WhenAll(work);
        }

        var rows = await RowsAsync();
        var permitted = await PermittedAsync(folder);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{rows.Count} rows, {permitted.Count} texts that were permitted"
        );
        Assert.True(rows.Count > 10 * Kills, $"only {rows.Count} rows were written");
        Assert.DoesNotContain(rows, id => !permitted.Contains(HashOf(id)));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>One row a statement, until the service is gone.</summary>
    private static async Task WorkAsync(Door door, Func<int> next)
    {
        try
        {
            await using var connection = await door.OpenAsync();
            while (true)
            {
                await using var command = new NpgsqlCommand(TextOf(next()), connection);
                await command.ExecuteNonQueryAsync(Token);
            }
        }
        catch (NpgsqlException)
        {
            // The service was killed.
        }
    }

    /// <summary>What was sent before the kill may still be on its way into the table: nobody is left who writes.</summary>
    private async Task<IReadOnlyList<int>> RowsAsync()
    {
        const string writing =
            "select count(*) from pg_stat_activity where query like 'insert into deeds%' and state = 'active'";
        while (await site.Cluster.Owner("play").AskAsync(writing) != "0")
        {
            await Task.Delay(10, Token);
        }

        var ids = await site.Cluster.ScriptAsync("play", "select id from deeds");
        return [.. ids.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
    }

    /// <summary>The hashes of the texts that the log permits; the log must be whole and its account must add up.</summary>
    private static async Task<HashSet<string>> PermittedAsync(string folder)
    {
        using var key = SigningKey.Load(Path.Combine(folder, "log.key"));
        using var log = LedgerLog.Open(Path.Combine(folder, "log"), key.Name, key, TimeProvider.System);
        var audit = new LeaseAudit(key.PublicKey.ToArray());
        var permitted = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var entry in log.ReadAsync(0, Token))
        {
            var statement = Statement.Parse(entry.Bytes);
            Assert.Empty(audit.Apply(entry.Index, statement));
            if (
                DecisionEntry.IsDecision(statement)
                && DecisionEntry.Read(statement) is { Permit: not null, PayloadHash: { } hash }
            )
            {
                permitted.Add(hash);
            }
        }

        Assert.Empty(audit.End());
        return permitted;
    }

    private static string TextOf(int id) =>
        string.Create(CultureInfo.InvariantCulture, $"insert into deeds values ({id})");

    private static string HashOf(int id) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(TextOf(id))));
}
