using Homeostat.Cli.Tests.Running;

namespace Homeostat.Cli.Tests.Leasing;

/// <summary>A service, a lease, a part of it, and its end, as a person types them.</summary>
public sealed class UpAndLeaseTests
{
    [Fact]
    public async Task A_person_starts_a_service_lends_and_takes_back()
    {
        using var service = await RunningService.StartAsync();
        Assert.Contains(
            service.Lines,
            line => line.StartsWith("address   http://127.0.0.1:", StringComparison.Ordinal)
        );
        Assert.Contains(service.Lines, line => line.Contains("operator.token", StringComparison.Ordinal));
        Assert.Equal(3, service.Lines.Count(line => line.StartsWith("  # ", StringComparison.Ordinal)));

        var granted = await LeaseAsync(
            service,
            "grant",
            "builder",
            "--id",
            "first",
            "--purpose",
            "try",
            "--may",
            "stop,start",
            "--where",
            "id=web-*,region=eu-1",
            "--for",
            "20m",
            "--resources",
            "3"
        );
        Assert.Equal(0, granted.Code);
        Assert.Contains("first for builder", granted.Output, StringComparison.Ordinal);

        var secret = granted.Output[granted.Output.IndexOf("hsl_", StringComparison.Ordinal)..].Split(' ')[0];
        var file = Path.Combine(service.Data, "first.secret");
        await File.WriteAllTextAsync(file, secret, TestContext.Current.CancellationToken);
        var lent = await LeaseAsync(service, Delegation("stop", file));
        Assert.Equal(0, lent.Code);
        Assert.Contains("under first", lent.Output, StringComparison.Ordinal);
        var wider = await LeaseAsync(service, Delegation("destroy", file));
        Assert.Equal(65, wider.Code);
        Assert.Contains("reaches beyond", wider.Error, StringComparison.Ordinal);

        Assert.Equal(0, (await LeaseAsync(service, "revoke", "first")).Code);
        var list = await LeaseAsync(service, "list");
        Assert.Equal(2, list.Output.Split('\n').Count(line => line.Contains(" ended ", StringComparison.Ordinal)));
        var shown = await LeaseAsync(service, "show", "first");
        Assert.Contains("was revoked", shown.Output, StringComparison.Ordinal);
    }

    /// <summary>An option that takes several values would otherwise take it for one of them, and blame that.</summary>
    [Theory]
    [InlineData("lease", "grant", "bot", "--purpose", "tidy", "--may", "stop", "--life", "2h")]
    [InlineData("lease", "grant", "bot", "--purpose", "tidy", "--may", "stop", "--where", "id=a", "--life=2h")]
    [InlineData("simulate", "--destroy", "a", "--life", "2h")]
    public async Task A_misspelt_option_is_named(params string[] arguments)
    {
        var answer = await CommandLine.RunAsync(arguments);

        Assert.Equal(64, answer.Code);
        Assert.Contains("there is no option --life", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_that_is_not_there_starts_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("homeostat-");

        var answer = await CommandLine.RunAsync("up", "--data", folder.FullName, "--estate", "nope.json");

        Assert.Equal(65, answer.Code);
        Assert.Contains("nope.json: there is no such file", answer.Error, StringComparison.Ordinal);
        Assert.Empty(folder.EnumerateFileSystemInfos());
        folder.Delete();
    }

    [Fact]
    public async Task The_service_ends_with_the_command_however_it_ends()
    {
        using var service = await RunningService.StartAsync();
        using var http = new HttpClient { BaseAddress = service.Address };
        Assert.Equal("ok\n", await http.GetStringAsync("healthz", TestContext.Current.CancellationToken));

        service.Kill();

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAsync<HttpRequestException>(async () =>
        {
            while (true)
            {
                await http.GetStringAsync("healthz", patience.Token);
                await Task.Delay(50, patience.Token);
            }
        });
    }

    [Theory]
    [InlineData("--for", "15x", "expected a duration")]
    [InlineData("--where", "web-1", "expected key=value")]
    [InlineData("--where", "colour=red", "expected one of id, kind")]
    public async Task What_cannot_be_meant_is_refused_before_anybody_is_asked(string option, string value, string says)
    {
        string[] arguments = ["lease", "grant", "me", "--purpose", "p", "--may", "stop", option, value];
        var answer = await CommandLine.RunAsync(arguments);

        Assert.Equal(64, answer.Code);
        Assert.Contains(says, answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_service_it_says_how_to_start_one()
    {
        var folder = Directory.CreateTempSubdirectory("homeostat-");
        var missing = await CommandLine.RunAsync("lease", "list", "--data", folder.FullName);
        Assert.Equal(64, missing.Code);
        Assert.Contains("homeostat up", missing.Error, StringComparison.Ordinal);

        var token = Path.Combine(folder.FullName, "operator.token");
        await File.WriteAllTextAsync(token, "hso_x", TestContext.Current.CancellationToken);
        var silent = await CommandLine.RunAsync(
            "lease",
            "list",
            "--data",
            folder.FullName,
            "--server",
            "http://127.0.0.1:1"
        );
        Assert.Equal(69, silent.Code);
        Assert.Contains("homeostat up", silent.Error, StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    private static string[] Delegation(string operation, string file) =>
        [
            "delegate",
            "helper",
            "--purpose",
            "part",
            "--may",
            operation,
            "--where",
            "id=web-1,region=eu-1",
            "--for",
            "5m",
            "--token-file",
            file,
        ];

    private static Task<Answer> LeaseAsync(RunningService service, params string[] args) =>
        CommandLine.RunAsync(["lease", .. args, "--data", service.Data]);
}
