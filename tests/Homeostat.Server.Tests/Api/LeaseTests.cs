using System.Text;
using Homeostat.Client;
using Homeostat.Client.Contract;

namespace Homeostat.Server.Tests.Api;

public sealed class LeaseTests
{
    [Fact]
    public async Task A_child_reaches_no_further_than_its_parent_and_ends_with_it()
    {
        await using var server = await TestServer.StartAsync();
        await server.TellAsync("running", null, "web-1");
        var parent = await server.GrantAsync("parent");
        var body = TestServer.Body("child") with { Agent = "agent-2", LifeSeconds = 60 };

        var wider = await RefusalAsync(parent, body with { Cone = body.Cone with { Operations = ["destroy"] } });
        Assert.Contains("operations", wider, StringComparison.OrdinalIgnoreCase);
        var elsewhere = await RefusalAsync(
            parent,
            body with
            {
                Cone = body.Cone with { Where = new SelectorBody { Ids = ["*"] } },
            }
        );
        Assert.Contains("where", elsewhere, StringComparison.Ordinal);
        Assert.Contains(
            "outlives",
            await RefusalAsync(parent, body with { LifeSeconds = 4_000 }),
            StringComparison.Ordinal
        );

        var child = new HomeostatClient(server.Http, (await parent.GrantAsync(body)).Secret!);
        Assert.Equal("allow", (await child.DecideAsync(TestServer.Stop("web-1"))).Verdict);
        Assert.Equal(1, (await server.Operator.ShowAsync("parent")).Outstanding);

        await server.Operator.RevokeAsync("parent");
        Assert.Equal("deny", (await child.DecideAsync(TestServer.Stop("web-1"))).Verdict);
    }

    [Fact]
    public async Task A_lease_sees_and_revokes_only_what_is_under_it()
    {
        await using var server = await TestServer.StartAsync();
        var mine = await server.GrantAsync("mine");
        await server.GrantAsync("other");
        await mine.GrantAsync(TestServer.Body("mine-child") with { LifeSeconds = 60 });

        Assert.Equal(["mine", "mine-child"], (await mine.ListAsync()).Leases.Select(lease => lease.Id));
        Assert.Equal(3, (await server.Operator.ListAsync()).Leases.Count);
        var hidden = await Assert.ThrowsAsync<HomeostatException>(() => mine.RevokeAsync("other"));
        var absent = await Assert.ThrowsAsync<HomeostatException>(() => mine.RevokeAsync("nowhere"));
        Assert.Equal(404, hidden.Problem.Status);
        Assert.Equal(hidden.Message, absent.Message);
        Assert.Null((await server.Operator.ShowAsync("other")).RevokedAt);
    }

    [Fact]
    public async Task Lists_go_on_where_a_page_ends()
    {
        await using var server = await TestServer.StartAsync();
        for (var i = 0; i < 103; i++)
        {
            await server.GrantAsync($"lease-{i:d3}");
        }

        var first = await server.Operator.ListAsync();
        var second = await server.Operator.ListAsync(first.Next);
        Assert.Equal(100, first.Leases.Count);
        Assert.Equal(["lease-100", "lease-101", "lease-102"], second.Leases.Select(lease => lease.Id));
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task The_same_grant_again_changes_nothing_and_tells_no_secret()
    {
        await using var server = await TestServer.StartAsync();
        var body = TestServer.Body("same");
        var first = await server.Operator.GrantAsync(body);
        var again = await server.Operator.GrantAsync(body);

        Assert.NotNull(first.Secret);
        Assert.Null(again.Secret);
        Assert.Equal(first.Lease.ExpiresAt, again.Lease.ExpiresAt);
        Assert.Equal(1, server.Plane.Log.Size);
        var other = await Assert.ThrowsAsync<HomeostatException>(() =>
            server.Operator.GrantAsync(body with { Purpose = "another" })
        );
        Assert.Contains("exists already with other terms", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task No_secret_is_in_the_data_folder()
    {
        var folder = Directory.CreateTempSubdirectory("homeostat-").FullName;
        string secret;
        await using (var server = await TestServer.StartAsync(folder))
        {
            secret = (await server.Operator.GrantAsync(TestServer.Body("lease"))).Secret!;
        }

        var plain = Encoding.UTF8.GetBytes(secret[(secret.LastIndexOf('.') + 1)..]);
        Assert.Equal(43, plain.Length);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var content = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            Assert.True(content.AsSpan().IndexOf(plain) < 0, $"{file} holds the secret");
        }

        foreach (var file in (string[])["operator.token", "estate.token", "log.key"])
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(Path.Combine(folder, file))
            );
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Use_renews_a_lease_and_idleness_ends_it()
    {
        await using var server = await TestServer.StartAsync();
        await server.TellAsync("running", null, "web-1");
        var agent = await server.GrantAsync("renewed", body => body with { LifeSeconds = 60, RenewalSeconds = 60 });

        server.Clock.Shift = TimeSpan.FromSeconds(40);
        Assert.Equal("allow", (await agent.DecideAsync(TestServer.Stop("web-1"))).Verdict);
        server.Clock.Shift = TimeSpan.FromSeconds(80);
        Assert.Equal("allow", (await agent.DecideAsync(TestServer.Stop("web-1"))).Verdict);
        server.Clock.Shift = TimeSpan.FromSeconds(150);
        var late = await agent.DecideAsync(TestServer.Stop("web-1"));
        Assert.Equal("deny", late.Verdict);
        Assert.Contains("expired", late.Findings[0].Reason, StringComparison.Ordinal);
    }

    private static async Task<string> RefusalAsync(HomeostatClient client, GrantBody body) =>
        (await Assert.ThrowsAsync<HomeostatException>(() => client.GrantAsync(body))).Message;
}
