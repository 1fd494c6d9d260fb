using System.Text;
using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform;
using Homeostat.Testing;

namespace Homeostat.Estates.Tests.Terraform;

public sealed class HostileFileTests
{
    [Theory]
    [InlineData("", "byte 0", "empty")]
    [InlineData("[]", "line 1", "not an object")]
    [InlineData("{\"version\": 4,\n \"resources\": [{\"mode\":", "line 2, byte", "not valid JSON")]
    [InlineData("{\"version\": 2}", "version", "version 2 is not read")]
    [InlineData("{\"format_version\": \"9.1\"}", "format_version", "version 9.1 is not read")]
    [InlineData("{}", "the top level", "neither a version nor a format_version")]
    [InlineData("{\"version\": 4, \"version\": 3}", "the file", "not valid JSON")]
    [InlineData("{\"version\": 4, \"resources\": {}}", "resources", "a list of resources")]
    [InlineData("{\"version\": 4, \"resources\": [{\"name\": \"a\"}]}", "resources[0]", "a type and a name")]
    [InlineData("PK\u0003\u0004binary", "byte 0", "binary plan")]
    [InlineData("{\"format_version\":\"1.2\",\"timestamp\":\"noon\",\"resource_changes\":[]}", "timestamp", "no time")]
    public void A_file_that_is_no_estate_is_refused_with_its_name_the_place_and_the_remedy(
        string text,
        string place,
        string what
    )
    {
        var path = TerraformText.Write(text);
        var error = Assert.Throws<EstateSourceException>(() => TerraformFile.Load(path));
        File.Delete(path);

        Assert.StartsWith($"{path}: {place}", error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.Contains("; ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_refused_with_its_name()
    {
        var error = Assert.Throws<EstateSourceException>(() => TerraformFile.Load("no/such/file.json"));

        Assert.StartsWith("no/such/file.json: the file: it cannot be read", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void Nesting_a_hundred_thousand_deep_is_refused_and_harms_nothing(string open, string close)
    {
        var text = new StringBuilder("{\"version\":4,\"resources\":");
        text.Insert(text.Length, open, 100_000).Append('1').Insert(text.Length, close, 100_000).Append('}');

        var error = Assert.Throws<EstateSourceException>(() => TerraformText.Load(text.ToString()));

        Assert.Contains("depth", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Nesting_inside_an_attribute_is_left_alone()
    {
        var deep = new string('[', 100_000) + new string(']', 100_000);

        var file = TerraformText.Load(TerraformText.State(("aws_iam_policy.p", new { id = "p", policy = deep })));

        Assert.Empty(file.Says("aws_iam_policy.p"));
    }

    [Fact]
    public void A_hundred_megabytes_are_read_whole()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.tfstate");
        try
        {
            const int Resources = 190_000;
            GeneratedState.WriteFile(path, Resources);
            Assert.True(new FileInfo(path).Length > 100_000_000, $"{new FileInfo(path).Length} bytes");

            var file = TerraformFile.Load(path);

            Assert.Equal(
                Resources,
                file.Records.OfType<EstateChange.Upsert>()
                    .Count(record => !record.Resource.Id.Value.Contains('#', StringComparison.Ordinal))
            );
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void The_same_address_twice_is_refused_and_named()
    {
        var error = Assert.Throws<EstateSourceException>(() =>
            TerraformText.Load(
                TerraformText.State(("aws_vpc.a", new { id = "vpc-1" }), ("aws_vpc.a", new { id = "vpc-2" }))
            )
        );

        Assert.Contains("aws_vpc.a", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_cloud_id_at_two_addresses_is_needed_at_both_and_warned_of()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                ("aws_security_group.a", new { id = "sg-0123456789abcdef0" }),
                ("aws_security_group.b", new { id = "sg-0123456789abcdef0" }),
                ("aws_instance.web", new { id = "i-1", vpc_security_group_ids = new[] { "sg-0123456789abcdef0" } })
            )
        );

        Assert.Equal(["needs aws_security_group.a", "needs aws_security_group.b"], file.Says("aws_instance.web"));
        Assert.Contains(file.Warnings, warning => warning.Contains("aws_security_group.b", StringComparison.Ordinal));
    }

    [Fact]
    public void Resources_that_need_each_other_keep_both_needs()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                ("aws_security_group.a", new { id = "sg-0123456789abcdef0" }),
                ("aws_security_group.b", new { id = "sg-0123456789abcdef1" }),
                (
                    "aws_security_group_rule.ab",
                    new
                    {
                        id = "sgrule-1",
                        security_group_id = "sg-0123456789abcdef0",
                        source_security_group_id = "sg-0123456789abcdef1",
                    }
                ),
                (
                    "aws_security_group_rule.ba",
                    new
                    {
                        id = "sgrule-2",
                        security_group_id = "sg-0123456789abcdef1",
                        source_security_group_id = "sg-0123456789abcdef0",
                    }
                )
            )
        );

        Assert.Equal(["needs aws_security_group_rule.ab"], file.Says("aws_security_group.a"));
        Assert.Contains("needs aws_security_group.b", file.Says("aws_security_group_rule.ab"));
    }
}
