namespace Homeostat.Estates.Tests.Terraform;

public sealed class NetworkSemanticsTests
{
    private const string Group = "sg-0123456789abcdef0";
    private const string Other = "sg-0123456789abcdef1";

    [Fact]
    public void A_subnet_reaches_out_through_association_table_route_and_gateway()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                ("aws_vpc.v", new { id = "vpc-0123456789abcdef0", default_security_group_id = Group }),
                ("aws_default_security_group.d", new { id = Group, vpc_id = "vpc-0123456789abcdef0" }),
                ("aws_subnet.s", new { id = "subnet-0123456789abcdef0", vpc_id = "vpc-0123456789abcdef0" }),
                ("aws_route_table.t", new { id = "rtb-0123456789abcdef0", vpc_id = "vpc-0123456789abcdef0" }),
                (
                    "aws_route_table_association.a",
                    new
                    {
                        id = "rtbassoc-1",
                        subnet_id = "subnet-0123456789abcdef0",
                        route_table_id = "rtb-0123456789abcdef0",
                    }
                ),
                (
                    "aws_route.r",
                    new
                    {
                        id = "r-1",
                        route_table_id = "rtb-0123456789abcdef0",
                        nat_gateway_id = "nat-0123456789abcdef0",
                    }
                ),
                (
                    "aws_nat_gateway.n",
                    new
                    {
                        id = "nat-0123456789abcdef0",
                        allocation_id = "eipalloc-0123456789abcdef0",
                        subnet_id = "subnet-0123456789abcdef1",
                    }
                ),
                ("aws_eip.e", new { id = "eipalloc-0123456789abcdef0" }),
                ("aws_subnet.public", new { id = "subnet-0123456789abcdef1", vpc_id = "vpc-0123456789abcdef0" })
            )
        );

        Assert.Equal(["needs aws_route_table_association.a", "needs aws_vpc.v"], file.Says("aws_subnet.s"));
        Assert.Equal(["ends with aws_subnet.s", "needs aws_route_table.t"], file.Says("aws_route_table_association.a"));
        Assert.Equal(["needs aws_route.r", "needs aws_vpc.v"], file.Says("aws_route_table.t"));
        Assert.Equal(
            ["ends with aws_route_table.t", "needs aws_nat_gateway.n", "needs aws_route_table.t"],
            file.Says("aws_route.r")
        );
        Assert.Equal(["needs aws_eip.e", "needs aws_subnet.public"], file.Says("aws_nat_gateway.n"));
        Assert.Empty(file.Says("aws_vpc.v"));
    }

    [Fact]
    public void A_network_acl_serves_the_subnets_it_is_attached_to_and_needs_each_of_its_rules()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                ("aws_subnet.s", new { id = "subnet-0123456789abcdef0" }),
                (
                    "aws_network_acl.n",
                    new { id = "acl-0123456789abcdef0", subnet_ids = new[] { "subnet-0123456789abcdef0" } }
                ),
                ("aws_default_network_acl.d", new { id = "acl-0123456789abcdef1", subnet_ids = Array.Empty<string>() }),
                ("aws_network_acl_rule.in", new { id = "nacl-1", network_acl_id = "acl-0123456789abcdef0" }),
                ("aws_network_acl_rule.out", new { id = "nacl-2", network_acl_id = "acl-0123456789abcdef0" })
            )
        );

        Assert.Equal(["needs aws_network_acl.n"], file.Says("aws_subnet.s"));
        Assert.Equal(
            ["needs aws_network_acl_rule.in", "needs aws_network_acl_rule.out"],
            file.Says("aws_network_acl.n")
        );
        Assert.Equal(["ends with aws_network_acl.n", "needs aws_network_acl.n"], file.Says("aws_network_acl_rule.in"));
    }

    [Fact]
    public void A_source_group_is_needed_by_a_rule_of_its_own_and_not_by_an_inline_one()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                (
                    "aws_security_group.inline",
                    new { id = Group, ingress = new[] { new { security_groups = new[] { Other } } } }
                ),
                ("aws_security_group.b", new { id = Other }),
                (
                    "aws_security_group_rule.r",
                    new
                    {
                        id = "sgrule-1",
                        security_group_id = Other,
                        source_security_group_id = Group,
                    }
                )
            )
        );

        Assert.Empty(file.Says("aws_security_group.inline"));
        Assert.Equal(["needs aws_security_group_rule.r"], file.Says("aws_security_group.b"));
        Assert.Equal(
            ["ends with aws_security_group.b", "needs aws_security_group.b", "needs aws_security_group.inline"],
            file.Says("aws_security_group_rule.r")
        );
    }

    [Fact]
    public void An_instance_needs_its_place_its_groups_its_profile_and_its_address()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                ("aws_subnet.s", new { id = "subnet-0123456789abcdef0" }),
                ("aws_security_group.a", new { id = Group }),
                (
                    "aws_iam_role.r",
                    new
                    {
                        id = "web",
                        name = "web",
                        arn = "arn:aws:iam::1:role/web",
                    }
                ),
                (
                    "aws_iam_role_policy_attachment.p",
                    new
                    {
                        id = "web-1",
                        role = "web",
                        policy_arn = "arn:aws:iam::aws:policy/X",
                    }
                ),
                (
                    "aws_iam_instance_profile.p",
                    new
                    {
                        id = "web",
                        name = "web",
                        role = "web",
                    }
                ),
                (
                    "aws_instance.i",
                    new
                    {
                        id = "i-0123456789abcdef0",
                        subnet_id = "subnet-0123456789abcdef0",
                        vpc_security_group_ids = new[] { Group },
                        iam_instance_profile = "web",
                        instance_state = "running",
                    }
                ),
                ("aws_eip.e", new { id = "eipalloc-0123456789abcdef0", instance = "i-0123456789abcdef0" })
            )
        );

        Assert.Equal(
            ["needs aws_eip.e", "needs aws_iam_instance_profile.p", "needs aws_security_group.a", "needs aws_subnet.s"],
            file.Says("aws_instance.i")
        );
        Assert.Equal(["needs aws_iam_role.r"], file.Says("aws_iam_instance_profile.p"));
        Assert.Equal(["needs aws_iam_role_policy_attachment.p"], file.Says("aws_iam_role.r"));
        Assert.Equal(
            ["ends with aws_iam_role.r", "needs aws_iam_role.r"],
            file.Says("aws_iam_role_policy_attachment.p")
        );
    }

    [Fact]
    public void Two_resources_of_one_name_are_told_apart_by_what_the_attribute_can_name()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                (
                    "aws_iam_role.shop",
                    new
                    {
                        id = "shop",
                        name = "shop",
                        arn = "arn:aws:iam::1:role/shop",
                    }
                ),
                ("aws_ecs_cluster.shop", new { id = "arn:aws:ecs:eu-west-1:1:cluster/shop", name = "shop" }),
                (
                    "aws_lb.shop",
                    new { id = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/shop/1", name = "shop" }
                ),
                (
                    "aws_iam_instance_profile.p",
                    new
                    {
                        id = "shop",
                        name = "shop",
                        role = "shop",
                    }
                )
            )
        );

        Assert.Equal(["needs aws_iam_role.shop"], file.Says("aws_iam_instance_profile.p"));
        Assert.Empty(file.Says("aws_lb.shop"));
    }
}
