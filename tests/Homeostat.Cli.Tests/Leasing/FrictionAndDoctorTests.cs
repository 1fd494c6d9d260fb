using System.Runtime.Versioning;
using Homeostat.Cli.Tests.Running;
using Homeostat.Client;
using Homeostat.Client.Contract;

namespace Homeostat.Cli.Tests.Leasing;

/// <summary>What an operator asks of a service that observes, while it runs and of its folder.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class FrictionAndDoctorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Friction_is_told_with_the_line_that_settles_it_and_the_line_settles_it()
    {
        using var service = await RunningService.StartAsync();
        using var http = new HttpClient { BaseAddress = service.Address };
        var overlay = Path.Combine(service.Data, "sample", "homeostat.yaml");
        var text = await File.ReadAllTextAsync(overlay, Token);
        // The bastion's address: nobody has said how critical it is, and it serves what is only observed.
        var observing = text.Replace(
            "  - id: aws_eip.old_bastion\n    tier: 3\n",
            "  - id: aws_eip.old_bastion\n    environments: [sandbox]\n",
            StringComparison.Ordinal
        );
        Assert.NotEqual(text, observing);
        observing += "environments: { sandbox: { mode: observe } }\n";
        await File.WriteAllTextAsync(overlay, observing, Token);
        var agent = await AgentAsync(service, http);
        await UntilAsync(async () => (await agent.SimulateAsync(Release, Token)).WouldBe is not null);
        Assert.Equal("step-up", (await agent.DecideAsync(Release, cancellationToken: Token)).WouldBe);

        var ofService = await CommandLine.RunAsync(
            "report",
            "friction",
            "--server",
            $"{service.Address}",
            "--token-file",
            Path.Combine(service.Data, "operator.token"),
            "--since",
            "1h"
        );
        Assert.Equal(0, ofService.Code);
        Assert.Contains("would have held up 1", ofService.Output, StringComparison.Ordinal);
        Assert.Contains("homeostasis.irreversible: Destroy of …", ofService.Output, StringComparison.Ordinal);
        Assert.Contains(
            "- { id: aws_eip.old_bastion, tier: 2 }  # would settle 1",
            ofService.Output,
            StringComparison.Ordinal
        );
        var none = await CommandLine.RunAsync(
            "report",
            "friction",
            "--data",
            service.Data,
            "--since",
            "2100-01-01T00:00Z"
        );
        Assert.Contains("0 decisions", none.Output, StringComparison.Ordinal);
        await UntilAsync(async () =>
            (await CommandLine.RunAsync("report", "friction", "--data", service.Data)).Output == ofService.Output
        );

        var settled = observing.Replace(
            "resources:\n",
            "resources:\n  - { id: aws_eip.old_bastion, tier: 2 }\n",
            StringComparison.Ordinal
        );
        await File.WriteAllTextAsync(overlay, settled, Token);
        await UntilAsync(async () => await agent.SimulateAsync(Release, Token) is { WouldBe: null, Verdict: "allow" });
    }

    [Fact]
    public async Task The_doctor_says_what_fails_and_what_to_do()
    {
        using var service = await RunningService.StartAsync();
        using var http = new HttpClient { BaseAddress = service.Address };
        var operatorClient = new HomeostatClient(http, await SecretAsync(service));
        await UntilAsync(async () => (await operatorClient.ReadyAsync(Token)).Ready);
        var well = await DoctorAsync(service);
        Assert.True(well.Code == 0, well.Output);
        Assert.Contains("advisory", well.Output, StringComparison.Ordinal);
        Assert.Contains("good      ready", well.Output, StringComparison.Ordinal);
        // The sample's restore was tested in February of 2026.
        Assert.Contains(
            "advisory  restore  the restore of aws_db_snapshot.orders_manual",
            well.Output,
            StringComparison.Ordinal
        );

        var token = Path.Combine(service.Data, "operator.token");
        File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await File.AppendAllTextAsync(Path.Combine(service.Data, "sample", "homeostat.yaml"), "nonsense: 1\n", Token);
        await UntilAsync(async () => (await operatorClient.ReadyAsync(Token)).Warnings.Count > 0);
        var ill = await DoctorAsync(service);

        Assert.Equal(1, ill.Code);
        Assert.Contains($"chmod 600 {token}", ill.Output, StringComparison.Ordinal);
        Assert.Contains("FAILING   overlay", ill.Output, StringComparison.Ordinal);
        Assert.Contains("nonsense", ill.Output, StringComparison.Ordinal);

        service.Kill();
        File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await UntilAsync(async () =>
            (await DoctorAsync(service)).Output.Contains("no service answers", StringComparison.Ordinal)
        );
        var folder = Directory.CreateTempSubdirectory("homeostat-nothing-");
        var nothing = await CommandLine.RunAsync("doctor", "--data", Path.Combine(folder.FullName, "none"));
        Assert.Equal(1, nothing.Code);
        Assert.Contains("homeostat up", nothing.Output, StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(100L << 20, 0L, 1, "Failing")]
    [InlineData(1L << 30, 0L, 1, "Advisory")]
    [InlineData(10L << 30, 10L << 30, 1, "Advisory")]
    [InlineData(10L << 30, 10L << 30, 30, "Good")]
    public void A_disk_that_is_nearly_full_fails_and_one_that_fills_is_told(
        long free,
        long written,
        int days,
        string health
    ) => Assert.Equal(health, $"{Doctoring.Disk.Judge(free, written, TimeSpan.FromDays(days)).Health}");

    [Fact]
    public async Task A_clock_that_jumps_or_stands_before_the_log_fails()
    {
        var jumping = await Doctoring.Clocks.RunAsync(new JumpingClock(), Token);
        Assert.Equal(Doctoring.Health.Failing, jumping.Health);
        var steady = await Doctoring.Clocks.RunAsync(TimeProvider.System, Token);
        Assert.Equal(Doctoring.Health.Good, steady.Health);

        var now = TimeProvider.System.GetUtcNow();
        Assert.Equal(Doctoring.Health.Failing, Doctoring.Clocks.OfLog(now + TimeSpan.FromHours(1), now).Health);
        Assert.Equal(Doctoring.Health.Good, Doctoring.Clocks.OfLog(now, now).Health);
    }

    private static DecisionBody Release =>
        new()
        {
            Operation = "destroy",
            Effects = [new EffectBody { Do = "destroy", Id = "aws_eip.old_bastion" }],
            Goal = new GoalBody { Text = "clean up", Removes = ["aws_eip.old_bastion"] },
        };

    private static async Task<HomeostatClient> AgentAsync(RunningService service, HttpClient http)
    {
        var operatorClient = new HomeostatClient(http, await SecretAsync(service));
        var granted = await operatorClient.GrantAsync(
            new GrantBody
            {
                Agent = "cleaner",
                Purpose = "clean up",
                Cone = new ConeBody
                {
                    Operations = ["destroy"],
                    Amounts = new AmountsBody { Irreversible = 9 },
                    Manner = "irreversible-with-critics",
                },
            },
            Token
        );
        return new HomeostatClient(http, granted.Secret!);
    }

    private static async Task<string> SecretAsync(RunningService service) =>
        (await File.ReadAllTextAsync(Path.Combine(service.Data, "operator.token"), Token)).Trim();

    private static Task<Answer> DoctorAsync(RunningService service) =>
        CommandLine.RunAsync("doctor", "--data", service.Data);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds())
        {
            await Task.Delay(50, patience.Token);
        }
    }

    /// <summary>Somebody sets it an hour ahead each time it is looked at.</summary>
    private sealed class JumpingClock : TimeProvider
    {
        private int _looks;

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromHours(_looks++);
    }
}
