namespace Homeostat.Testing;

/// <summary>The ids of one cell's network, which everything else in the cell refers to.</summary>
internal sealed record GeneratedNetwork(string Vpc, string[] Subnets, string SecurityGroup);

/// <summary>One cell of a generated estate: its resources with the attributes that relations come from.</summary>
internal sealed class GeneratedCell(int seed)
{
    private readonly GeneratedNames _names = new(seed);

    public IEnumerable<(string Type, string Name, object Attributes)> Of(int cell) =>
        [
            .. Network(cell, out var net),
            .. new GeneratedService(_names).Of(cell, net),
            .. new GeneratedData(_names).Of(cell, net),
        ];

    private List<(string, string, object)> Network(int cell, out GeneratedNetwork net)
    {
        var (vpc, group, table) = (_names.Hex("vpc"), _names.Hex("sg"), _names.Hex("rtb"));
        string[] subnets = [_names.Hex("subnet"), _names.Hex("subnet"), _names.Hex("subnet")];
        net = new GeneratedNetwork(vpc, subnets, group);
        List<(string, string, object)> all =
        [
            (
                "aws_vpc",
                "this",
                new
                {
                    arn = GeneratedNames.Arn("ec2", $"vpc/{vpc}"),
                    id = vpc,
                    cidr_block = "10.0.0.0/16",
                    enable_dns_support = true,
                    owner_id = GeneratedNames.Account,
                    tags = _names.Tags(cell, "vpc"),
                }
            ),
            (
                "aws_route_table",
                "private",
                new
                {
                    arn = GeneratedNames.Arn("ec2", $"route-table/{table}"),
                    id = table,
                    vpc_id = vpc,
                    route = Array.Empty<object>(),
                    owner_id = GeneratedNames.Account,
                    tags = _names.Tags(cell, "private"),
                }
            ),
            (
                "aws_security_group",
                "service",
                new
                {
                    arn = GeneratedNames.Arn("ec2", $"security-group/{group}"),
                    id = group,
                    vpc_id = vpc,
                    name = $"service-{cell}",
                    ingress = new[]
                    {
                        new
                        {
                            cidr_blocks = new[] { "10.0.0.0/8" },
                            description = "",
                            from_port = 443,
                            to_port = 443,
                            protocol = "tcp",
                            security_groups = Array.Empty<string>(),
                            self = false,
                        },
                    },
                    egress = Array.Empty<object>(),
                    owner_id = GeneratedNames.Account,
                    tags = _names.Tags(cell, "service"),
                }
            ),
            (
                "aws_security_group_rule",
                "https",
                new
                {
                    id = $"sgrule-{_names.Random.NextInt64(1L << 32)}",
                    security_group_id = group,
                    type = "ingress",
                    from_port = 443,
                    to_port = 443,
                    protocol = "tcp",
                    self = true,
                }
            ),
        ];
        for (var i = 0; i < subnets.Length; i++)
        {
            var association = _names.Hex("rtbassoc");
            all.Add(
                (
                    "aws_subnet",
                    $"s{i}",
                    new
                    {
                        arn = GeneratedNames.Arn("ec2", $"subnet/{subnets[i]}"),
                        id = subnets[i],
                        vpc_id = vpc,
                        availability_zone = $"{GeneratedNames.Region}{(char)('a' + i)}",
                        cidr_block = $"10.0.{i}.0/24",
                        map_public_ip_on_launch = false,
                        owner_id = GeneratedNames.Account,
                        tags = _names.Tags(cell, $"s{i}"),
                    }
                )
            );
            all.Add(
                (
                    "aws_route_table_association",
                    $"s{i}",
                    new
                    {
                        id = association,
                        subnet_id = subnets[i],
                        route_table_id = table,
                        gateway_id = "",
                    }
                )
            );
        }

        return all;
    }
}
