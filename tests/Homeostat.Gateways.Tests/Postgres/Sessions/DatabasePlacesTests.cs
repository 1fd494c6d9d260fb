using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Postgres.Sessions;
using Homeostat.Gateways.Postgres.Upstream;

namespace Homeostat.Gateways.Tests.Postgres.Sessions;

/// <summary>How many databases are held ready, and which of them make room; no server is asked.</summary>
public sealed class DatabasePlacesTests
{
    [Fact]
    public async Task A_place_is_kept_while_somebody_is_there_and_free_after_the_last()
    {
        using var parser = new ParserPool(TimeProvider.System);
        await using var places = PlacesWith(parser);
        var visits = new List<DatabaseVisit>();
        for (var at = 0; at < Limits.MaxDatabases; at++)
        {
            visits.Add((await places.EnterAsync($"{at}", onlyReads: false))!);
        }

        Assert.Null(await places.EnterAsync("one too many", onlyReads: false));
        Assert.Null(await places.EnterAsync("0", onlyReads: true));
        var second = await places.EnterAsync("0", onlyReads: false);
        Assert.Same(visits[0].Parts, second!.Parts);
        await second.DisposeAsync();
        await second.DisposeAsync();
        Assert.Null(await places.EnterAsync("one too many", onlyReads: false));

        await visits[0].DisposeAsync();

        Assert.Equal(Limits.MaxDatabases - 1, places.Count);
        Assert.NotNull(await places.EnterAsync("one too many", onlyReads: false));
    }

    private static DatabasePlaces PlacesWith(ParserPool parser) =>
        new(
            (name, _) =>
                new DatabaseParts(
                    "main",
                    name,
                    new UpstreamAddress
                    {
                        Host = "nowhere.invalid",
                        Port = 1,
                        User = "nobody",
                    },
                    parser,
                    [],
                    TimeProvider.System
                ),
            TimeProvider.System
        );
}
