using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform;
using Homeostat.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Homeostat.Estates.Tests.Terraform;

public sealed class TerraformSourceTests : EstateContract, IDisposable
{
    private static readonly (string, object) Network = ("aws_vpc.main", new { id = "vpc-0a1b2c3d" });
    private static readonly (string, object) First = (
        "aws_subnet.a",
        new { id = "subnet-0a1b2c3d", vpc_id = "vpc-0a1b2c3d" }
    );
    private static readonly (string, object) Second = (
        "aws_subnet.b",
        new { id = "subnet-1a1b2c3d", vpc_id = "vpc-0a1b2c3d" }
    );
    private static readonly (string, object) Group = (
        "aws_db_subnet_group.g",
        new
        {
            id = "g",
            name = "g",
            subnet_ids = new[] { "subnet-0a1b2c3d" },
        }
    );

    private readonly string _path = TerraformText.Write(TerraformText.State(Network, First, Group));
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => File.Delete(_path);

    protected override IEstateSource CreateSource() => new TerraformSource(_path, TerraformOptions.Default, _time);

    protected override void ChangeEstate() => File.WriteAllText(_path, TerraformText.State(Network, First, Second));

    protected override void PassTime() => _time.Advance(TerraformOptions.Default.PollInterval);

    [Fact]
    public async Task A_file_that_is_being_written_is_looked_at_again_before_it_counts_as_broken()
    {
        await using var watch = CreateSource()
            .WatchAsync(TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await watch.MoveNextAsync());

        var whole = TerraformText.State(Network, First, Second);
        await File.WriteAllTextAsync(_path, whole[..40], TestContext.Current.CancellationToken);
        var next = watch.MoveNextAsync().AsTask();
        PassTime();
        await Task.Delay(50, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_path, whole, TestContext.Current.CancellationToken);
        await PassTimeUntilAsync(next);

        Assert.True(await next);
        Assert.Equal(3, watch.Current.Changes.Count);
    }

    [Fact]
    public async Task A_file_that_stays_broken_ends_the_watch_with_an_error_that_names_it()
    {
        await using var watch = CreateSource()
            .WatchAsync(TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await watch.MoveNextAsync());

        await File.WriteAllTextAsync(_path, "{", TestContext.Current.CancellationToken);
        var next = watch.MoveNextAsync().AsTask();
        await PassTimeUntilAsync(next);

        var error = await Assert.ThrowsAsync<EstateSourceException>(() => next);
        Assert.Contains(_path, error.Message, StringComparison.Ordinal);
    }

    private async Task PassTimeUntilAsync(Task task)
    {
        while (!task.IsCompleted)
        {
            PassTime();
            await Task.WhenAny(task, Task.Delay(20, TestContext.Current.CancellationToken));
        }
    }
}
