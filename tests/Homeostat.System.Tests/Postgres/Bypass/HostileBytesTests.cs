using System.Globalization;
using Homeostat.SystemTests.Postgres.Site;
using Homeostat.SystemTests.Postgres.Wire;

namespace Homeostat.SystemTests.Postgres.Bypass;

/// <summary>Messages that are cut short, dribbled, or lie about their length. HOMEOSTAT_CUTS=1 cuts at every byte.</summary>
[Collection(SiteCollection.Name)]
public sealed class HostileBytesTests(ProductionSite site)
{
    private const string Missing = "PostgreSQL 15 is not installed";

    private static readonly int Step = Environment.GetEnvironmentVariable("HOMEOSTAT_CUTS") == "1" ? 1 : 11;

    public static bool IsInstalled => Cluster.WhyNot is null;

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task A_startup_that_is_cut_at_any_byte_leaves_the_gateway_as_it_was()
    {
        var visit = await site.LendAsync(Cones.Reading);
        var startup = Frames.Startup(("user", visit.Door.User), ("database", "shop"));
        byte[][] openings = [startup, [.. Frames.Int32(8), .. Frames.Int32(80877103)], Frames.Cancel(1, 2)];
        foreach (var opening in openings)
        {
            for (var length = 0; length < opening.Length; length += length < 10 ? 1 : Step)
            {
                await using var client = await RawClient.ConnectAsync(visit.Door);
                await client.SendAsync(opening[..length]);
                client.EndSending();
                Assert.DoesNotContain(await client.UntilEndAsync(), reply => reply.Type is 'Z' or 'K');
            }
        }

        Assert.Equal("1", await visit.Door.AskAsync("select 1"));
    }

    /// <summary>Work that the lease allows: cut before its Execute is whole, nothing of it may happen.</summary>
    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task Work_that_is_cut_at_any_byte_is_done_whole_or_not_at_all()
    {
        var visit = await site.LendAsync(Cones.Notes);
        await ResetAsync();
        byte[][] messages =
        [
            Frames.Parse("s", "update notes set body = $1 where id = 3"),
            Frames.Describe('S', "s"),
            Frames.Bind("p", "s", "cut"),
            Frames.Execute("p"),
            Frames.Sync,
        ];
        byte[] all = [.. messages.SelectMany(bytes => bytes)];
        var whole = all.Length - Frames.Sync.Length;
        for (var length = 1; length < whole; length += length > whole - 12 ? 1 : Step)
        {
            await CutAsync(visit, all[..length]);
            Assert.Equal("note 3", await NoteAsync(3));
        }

        byte[] query = Frames.Query("update notes set body = 'cut' where id = 3");
        for (var length = 1; length < query.Length; length += length > query.Length - 6 ? 1 : Step)
        {
            await CutAsync(visit, query[..length]);
            Assert.Equal("note 3", await NoteAsync(3));
        }

        await CutAsync(visit, query);
        Assert.Equal("cut", await NoteAsync(3));
        await ResetAsync();
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task A_COPY_that_is_cut_copies_nothing()
    {
        var visit = await site.LendAsync(Cones.Notes);
        await ResetAsync();
        byte[] data = [.. Frames.Message('d', "901\tx\n902\ty\n"u8.ToArray()), .. Frames.Message('c')];
        for (var length = 0; length < data.Length; length += Step / 3 + 1)
        {
            await using var client = await RawClient.OpenAsync(visit.Door);
            await client.SendAsync(Frames.Query("copy notes from stdin"));
            Assert.Equal('G', (await client.ReadAsync())?.Type);
            await client.SendAsync(data[..length]);
            client.EndSending();
            await client.UntilEndAsync();
        }

        Assert.Null(await NoteAsync(901));
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task Bytes_that_come_one_at_a_time_are_understood()
    {
        var visit = await site.LendAsync(Cones.Notes);
        await ResetAsync();
        await using var client = await RawClient.OpenAsync(visit.Door);
        byte[] all =
        [
            .. Frames.Parse("", "update notes set body = $1 where id = 4"),
            .. Frames.Bind("", "", "dribbled"),
            .. Frames.Execute(""),
            .. Frames.Sync,
            .. Frames.Query("select body from notes where id = 4"),
        ];
        foreach (var one in all)
        {
            await client.SendAsync([one]);
        }

        Assert.DoesNotContain(await client.UntilAsync('Z'), reply => reply.Type == 'E');
        Assert.Contains(
            await client.UntilAsync('Z'),
            reply => reply.Text.EndsWith("dribbled", StringComparison.Ordinal)
        );
        await ResetAsync();
    }

    [Theory(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    [InlineData('Q', 0x3fffffff)]
    [InlineData('Q', 0x7fffffff)]
    [InlineData('P', 0x3fffffff)]
    [InlineData('E', 0x00fffff)]
    [InlineData('D', 0x3fffffff)]
    [InlineData('C', 0x3fffffff)]
    [InlineData('S', 5)]
    [InlineData('Q', 3)]
    [InlineData('Q', 0)]
    [InlineData('Q', -1)]
    [InlineData('B', 0x7fffffff)]
    [InlineData('B', -2147483648)]
    [InlineData('d', 0x7fffffff)]
    [InlineData('p', 0x3fffffff)]
    [InlineData('!', 4)]
    [InlineData('\0', 4)]
    public async Task A_length_that_no_message_of_its_kind_has_ends_the_session(char type, int length)
    {
        var visit = await site.LendAsync(Cones.Reading);
        await using var client = await RawClient.OpenAsync(visit.Door);
        var before = site.Service.MemoryBytes;

        await client.SendAsync([(byte)type, .. Frames.Int32(length), .. "x"u8]);
        var replies = await client.UntilEndAsync();

        var error = Assert.Single(replies, reply => reply.Type == 'E');
        Assert.Equal("FATAL", error.Field('V'));
        Assert.Contains(error.Field('C'), (string?[])["08P01", "54000", "54001"]);
        Assert.True(site.Service.MemoryBytes - before < 256 << 20, "memory was taken for what was never sent");
        Assert.Equal("1", await visit.Door.AskAsync("select 1"));
    }

    [Theory(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    [InlineData(0x7fffffff)]
    [InlineData(0x3fffffff)]
    [InlineData(10_001)]
    [InlineData(7)]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_startup_of_a_length_that_it_cannot_have_is_turned_away(int length)
    {
        var visit = await site.LendAsync(Cones.Reading);
        await using var client = await RawClient.ConnectAsync(visit.Door);

        await client.SendAsync([.. Frames.Int32(length), .. Frames.Int32(0x30000), .. "user"u8]);

        Assert.DoesNotContain(await client.UntilEndAsync(), reply => reply.Type is 'R' or 'Z');
        Assert.Equal("1", await visit.Door.AskAsync("select 1"));
    }

    [Theory(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    [InlineData(0x20000)]
    [InlineData(0x40000)]
    [InlineData(0)]
    public async Task A_version_that_is_not_spoken_is_said_so(int version)
    {
        var visit = await site.LendAsync(Cones.Reading);
        await using var client = await RawClient.ConnectAsync(visit.Door);

        await client.SendAsync(Frames.Startup(version, ("user", visit.Door.User)));

        Assert.DoesNotContain(await client.UntilEndAsync(), reply => reply.Type is 'R' or 'Z');
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task Who_starts_slowly_is_shown_out_and_holds_nobody_up()
    {
        var visit = await site.LendAsync(Cones.Reading);
        var start = TimeProvider.System.GetTimestamp();
        var slow = Enumerable.Range(0, 40).Select(_ => DribbleAsync(visit.Door)).ToArray();

        Assert.Equal("1", await visit.Door.AskAsync("select 1"));
        await Task.WhenAll(slow);

        var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        Assert.True(seconds < 25, string.Create(CultureInfo.InvariantCulture, $"they were there for {seconds:0.0} s"));
    }

    /// <summary>A startup packet of ten thousand bytes, one a second, until the other side has had enough.</summary>
    private static async Task DribbleAsync(Door door)
    {
        await using var client = await RawClient.ConnectAsync(door);
        await client.SendAsync([.. Frames.Int32(10_000), .. Frames.Int32(0x30000)]);
        var end = client.UntilEndAsync();
        while (!end.IsCompleted)
        {
            try
            {
                await client.SendAsync([(byte)'u']);
            }
            catch (IOException)
            {
                break;
            }

            await Task.WhenAny(end, Task.Delay(500, TestContext.Current.CancellationToken));
        }

        Assert.DoesNotContain(await end, reply => reply.Type == 'Z');
    }

    private static async Task CutAsync(Visit visit, byte[] bytes)
    {
        await using var client = await RawClient.OpenAsync(visit.Door);
        await client.SendAsync(bytes);
        client.EndSending();
        await client.UntilEndAsync();
    }

    private Task<string?> NoteAsync(int id) =>
        site.Cluster.Owner("shop").AskAsync($"select body from notes where id = {id}");

    private Task ResetAsync() =>
        site.Cluster.ScriptAsync("shop", "update notes set body = 'note ' || id; delete from notes where id > 900");
}
