using System.Globalization;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Tests.Postgres.Server;
using Homeostat.Testing;

namespace Homeostat.Gateways.Tests.Postgres.Corpus;

/// <summary>
/// PostgreSQL's own regression scripts against a live server, with pgaudit saying what really happened. The suite runs a
/// part of them; all of them with <c>HOMEOSTAT_CORPUS=check</c>, which also holds docs/postgres.md to what they show, or
/// with <c>HOMEOSTAT_CORPUS=write</c>, which writes it there.
/// </summary>
[Collection(PostgresCollection.Name)]
public sealed class CorpusTests(PostgresServer server, ITestOutputHelper output)
{
    private static readonly string[] Sample =
    [
        "plpgsql_trigger",
        "copydml",
        "foreign_key",
        "generated",
        "identity",
        "prepared_xacts",
        "rangefuncs",
        "temp",
        "transactions",
        "truncate",
        "with",
    ];

    private static readonly string? Mode = Environment.GetEnvironmentVariable("HOMEOSTAT_CORPUS");

    private static readonly string Document = Path.Combine(SharedFolder.Root(), "docs", "postgres.md");

    [Fact]
    public async Task The_translator_names_whatever_the_audit_saw_written()
    {
        Assert.SkipWhen(PostgresServer.WhyNot is not null, PostgresServer.WhyNot ?? "");
        var folder = SharedFolder.Find("sql");
        Assert.SkipWhen(folder is null, "../shared/sql is not there");

        var report = await RunAsync(folder!, Mode is null ? Sample : null);

        output.WriteLine(report.Detail());
        Assert.True(report.Writes > 500, "the audit saw hardly a write");
        Assert.Empty(report.Misses.Select(CorpusReport.Line));
        Assert.True(report.CalledWrite.Count <= 0.02 * report.OnlyRead);
        Assert.True(report.NotUnderstood.Count <= 0.005 * report.Statements);
        if (Mode == "write")
        {
            await File.WriteAllTextAsync(Document, Documented(report.Table()), TestContext.Current.CancellationToken);
        }
        else if (Mode is not null)
        {
            var document = await File.ReadAllTextAsync(Document, TestContext.Current.CancellationToken);
            Assert.Equal(document, Documented(report.Table()));
        }
    }

    private static string Documented(string table)
    {
        const string Start = "<!-- corpus -->\n";
        const string End = "<!-- /corpus -->";
        var text = File.ReadAllText(Document);
        var start = text.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        return text[..start] + table + text[text.IndexOf(End, StringComparison.Ordinal)..];
    }

    [Fact]
    public void The_documented_run_missed_nothing()
    {
        var rows = File.ReadAllLines(Document)
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length > 3)
            .GroupBy(cells => cells[1])
            .ToDictionary(group => group.Key, group => group.First()[2]);

        Assert.Equal("0", rows["writes that the translator does not name, opaque code apart"]);
        Assert.True(int.Parse(rows["statements"], CultureInfo.InvariantCulture) > 20_000);
    }

    private async Task<CorpusReport> RunAsync(string folder, string[]? only)
    {
        using var parser = new ParserPool(TimeProvider.System);
        var database = await server.CreateDatabaseAsync("corpus");
        await using var run = new CorpusRun(server, database, parser);
        await using (var connection = await server.OpenAsync(database))
        await using (var command = new Npgsql.NpgsqlCommand("create extension pgaudit", connection))
        {
            await command.ExecuteNonQueryAsync();
        }

        foreach (
            var file in Directory.GetFiles(folder, "*.sql", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        )
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (only is null || only.Contains(name))
            {
                await run.RunAsync(name, await File.ReadAllTextAsync(file));
            }
        }

        return new CorpusReport(run);
    }
}
