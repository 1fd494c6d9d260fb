using Homeostat.Core.Estate;
using Homeostat.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Homeostat.Estates.Tests.Postgres;

[Collection(PrimaryCollection.Name)]
public sealed class PollTests(PrimaryServer server) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero));

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PostgresCluster.WhyNot is not null, PostgresCluster.WhyNot ?? "");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_write_is_seen_and_what_can_no_longer_be_read_is_not_taken_away()
    {
        var table = new ResourceId("pg:main/polled/public.notes");
        await server.DatabaseAsync("polled", "create table notes (a int)");
        await using var source = server.Source(time: _time);
        await using var watch = source
            .WatchAsync(TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await watch.MoveNextAsync());

        await server.RunAsync("polled", "insert into notes values (1)");
        var written = await UntilAsync(watch, change => Says(change, table, "last_write_unix_seconds"));
        Assert.DoesNotContain(written, change => change is EstateChange.Remove);

        await server.RunAsync("postgres", "revoke connect on database polled from public");
        var closed = await UntilAsync(
            watch,
            change =>
                change is EstateChange.Upsert { Resource: { Id.Value: "pg:main/polled", State: RunState.Unknown } }
        );
        Assert.DoesNotContain(closed, change => change is EstateChange.Remove remove && remove.Id == table);

        await server.RunAsync("polled", "drop table notes", "grant connect on database polled to public");
        await UntilAsync(watch, change => change is EstateChange.Remove remove && remove.Id == table);
    }

    private static bool Says(EstateChange change, ResourceId id, string fact) =>
        change is EstateChange.Upsert upsert
        && upsert.Resource.Id == id
        && upsert.Resource.Facts.Any(known => known.Key == fact);

    /// <summary>All that was said until something was.</summary>
    private async Task<List<EstateChange>> UntilAsync(
        IAsyncEnumerator<EstateBatch> watch,
        Predicate<EstateChange> holds
    )
    {
        var said = new List<EstateChange>();
        while (!said.Exists(holds))
        {
            var next = watch.MoveNextAsync().AsTask();
            while (!next.IsCompleted)
            {
                _time.Advance(TimeSpan.FromSeconds(16));
                await Task.WhenAny(next, Task.Delay(50, TestContext.Current.CancellationToken));
            }

            Assert.True(await next);
            said.AddRange(watch.Current.Changes);
        }

        return said;
    }
}
