using Homeostat.Cli.Tests.Running;

namespace Homeostat.Cli.Tests.Reviewing;

/// <summary>What would follow, asked by name.</summary>
public sealed class SimulateTests
{
    private static Task<Answer> SimulateAsync(params string[] args) =>
        CommandLine.RunAsync(["simulate", OrdersFolder.Sample("plan.json"), "--now", OrdersFolder.Now, .. args]);

    [Fact]
    public async Task Destroying_the_entry_takes_the_service_down()
    {
        var answer = await SimulateAsync("--destroy", "aws_lb.orders");

        Assert.Equal(40, answer.Code);
        Assert.Contains("orders (tier 0) would work at 0 %, from 100 %", answer.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("lease ", answer.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("log  ", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_ids_stand_behind_one_option()
    {
        var one = await SimulateAsync("--stop", "aws_instance.web[0]");
        var both = await SimulateAsync("--stop", "aws_instance.web[0]", "aws_instance.web[1]");

        Assert.Equal(0, one.Code);
        Assert.Equal(40, both.Code);
    }

    [Fact]
    public async Task A_change_that_nobody_understands_may_be_the_worst()
    {
        var answer = await SimulateAsync("--change", "aws_db_instance.orders", "engine_version=17");

        Assert.Equal(30, answer.Code);
        Assert.Contains("aws_db_instance.orders: engine_version", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_unknown_ids_are_told_at_once_with_the_nearest()
    {
        var answer = await SimulateAsync("--destroy", "aws_lb.order", "--stop", "aws_instance.webb[0]");

        Assert.Equal(65, answer.Code);
        Assert.Contains("aws_lb.order is not in", answer.Error, StringComparison.Ordinal);
        Assert.Contains("the nearest are aws_lb.orders", answer.Error, StringComparison.Ordinal);
        Assert.Contains("aws_instance.webb[0] is not in", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_behind_an_option_that_takes_ids_is_a_usage_error_that_says_so()
    {
        var plan = OrdersFolder.Sample("plan.json");

        var answer = await CommandLine.RunAsync("simulate", "--destroy", "aws_lb.orders", plan);

        Assert.Equal(64, answer.Code);
        Assert.Contains("the files stand first", answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("--change", "aws_lb.orders")]
    [InlineData("--change", "name=x")]
    public async Task Nothing_to_simulate_is_a_usage_error(params string[] args) =>
        Assert.Equal(64, (await SimulateAsync(args)).Code);
}
