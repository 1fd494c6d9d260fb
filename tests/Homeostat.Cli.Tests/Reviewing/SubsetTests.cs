using Homeostat.Cli.Reviewing;
using Homeostat.Core.Estate;

namespace Homeostat.Cli.Tests.Reviewing;

/// <summary>What a person pastes must mean just what was judged.</summary>
public sealed class SubsetTests
{
    [Theory]
    [InlineData("aws_lb.a", "-target='aws_lb.a'")]
    [InlineData("module.a[0].aws_lb.b[\"x y\"]", "-target='module.a[0].aws_lb.b[\"x y\"]'")]
    [InlineData("aws_lb.a[\"it's; rm -rf $HOME\"]", "-target='aws_lb.a[\"it'\\''s; rm -rf $HOME\"]'")]
    public void An_address_is_quoted_for_the_shell(string address, string option) =>
        Assert.Equal(option, TerraformTarget.Option("target", address));

    [Theory]
    [InlineData("aws_db_instance.a#automated-backups", "aws_db_instance.a")]
    [InlineData("aws_db_instance.a[\"x#y\"]", "aws_db_instance.a[\"x#y\"]")]
    [InlineData("aws_db_instance.a[\"x#y\"]#deletion-protection", "aws_db_instance.a[\"x#y\"]")]
    [InlineData("aws_lb.a[0] (replacement)", "aws_lb.a[0]")]
    [InlineData("aws_lb.a (deposed 0a1b)", "aws_lb.a")]
    public void What_the_model_adds_to_an_address_is_not_told_to_terraform(string id, string address) =>
        Assert.Equal(address, TerraformTarget.AddressOf(new ResourceId(id)));

    [Fact]
    public async Task An_address_goes_whole_or_not_at_all()
    {
        using var folder = new OrdersFolder().Planning(change =>
        {
            var address = change["address"]!.GetValue<string>();
            if (address == "aws_eip.old_bastion")
            {
                return;
            }

            // One change that is harmless and one that takes the database away, in one address.
            var isDatabase = address == "aws_db_instance.orders";
            var before = change["change"]!["before"]!.DeepClone();
            var after = before.DeepClone();
            if (isDatabase)
            {
                after["tags"]!["Name"] = "renamed";
                after["identifier"] = "renamed";
            }

            change["change"]!["actions"] = new System.Text.Json.Nodes.JsonArray(isDatabase ? "update" : "no-op");
            change["change"]!["after"] = after;
        });

        var answer = await folder.ReviewAsync();

        Assert.NotEqual(0, answer.Code);
        Assert.Contains("-target='aws_eip.old_bastion'", answer.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("-target='aws_db_instance.orders'", answer.Output, StringComparison.Ordinal);
        Assert.Contains("-exclude='aws_db_instance.orders'", answer.Output, StringComparison.Ordinal);
    }
}
