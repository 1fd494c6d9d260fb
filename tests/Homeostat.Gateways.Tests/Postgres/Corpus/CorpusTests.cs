using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Tests.Postgres.Server;
using Homeostat.Testing;

namespace Homeostat.Gateways.Tests.Postgres.Corpus;

/// <summary>PostgreSQL's own regression scripts against a live server, with pgaudit saying what really happened.</summary>
[Collection(PostgresCollection.Name)]
public sealed class CorpusTests(PostgresServer server, ITestOutputHelper output)
{
    [Fact]
    public async Task The_translator_names_whatever_the_audit_saw_written()
    {
        Assert.SkipWhen(PostgresServer.WhyNot is not null, PostgresServer.WhyNot ?? "");
        var folder = SharedFolder.Find("sql");
        Assert.SkipWhen(folder is null, "../shared/sql is not there");
        using var parser = new ParserPool(TimeProvider.System);
        await using var run = new CorpusRun(server, await server.CreateDatabaseAsync("corpus"), parser);
        await using (var connection = await server.OpenAsync("corpus"))
        await using (var command = new Npgsql.NpgsqlCommand("create extension pgaudit", connection))
        {
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var watch = System.Diagnostics.Stopwatch.StartNew();
        var only = Environment.GetEnvironmentVariable("CORPUS_ONLY");
        foreach (
            var file in Directory.GetFiles(folder!, "*.sql", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        )
        {
            if (only is not null && !file.Contains(only, StringComparison.Ordinal))
            {
                continue;
            }

            await run.RunAsync(
                Path.GetFileNameWithoutExtension(file),
                await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)
            );
        }

        var report = new CorpusReport(run);
        await File.WriteAllTextAsync(
            Path.Combine(Path.GetTempPath(), "corpus-report.txt"),
            $"{watch.Elapsed}\n{report.Detail()}",
            TestContext.Current.CancellationToken
        );
        output.WriteLine(report.Table());
    }
}
