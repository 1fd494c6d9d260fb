using Homeostat.Gateways.Postgres.Upstream;

namespace Homeostat.Gateways.Tests.Postgres.Upstream;

public sealed class UpstreamAddressTests
{
    [Fact]
    public void Every_part_is_read()
    {
        var address = UpstreamAddress.Parse(
            "postgresql://wri%40ter:p%3Aa%2Fs%25s@Db.example:6543/shop?sslmode=require&sslrootcert=/etc/ca%20s.pem"
        );

        Assert.Equal(
            new UpstreamAddress
            {
                Host = "Db.example",
                Port = 6543,
                User = "wri@ter",
                Password = "p:a/s%s",
                Database = "shop",
                Tls = UpstreamTls.Require,
                RootCertificates = "/etc/ca s.pem",
            },
            address
        );
        Assert.Equal("wri@ter at Db.example:6543", address.ToString());
    }

    [Theory]
    [InlineData("postgres://u@db", "db", 5432, UpstreamTls.VerifyFull)]
    [InlineData("postgres://u@db/", "db", 5432, UpstreamTls.VerifyFull)]
    [InlineData("postgres://u@127.0.0.1:1", "127.0.0.1", 1, UpstreamTls.Prefer)]
    [InlineData("postgres://u@[::1]:1/x", "::1", 1, UpstreamTls.Prefer)]
    [InlineData("postgres://u@[2001:db8::1]", "2001:db8::1", 5432, UpstreamTls.VerifyFull)]
    [InlineData("postgres://u@localhost?sslmode=disable", "localhost", 5432, UpstreamTls.Disable)]
    [InlineData("postgres://u@db?sslmode=prefer", "db", 5432, UpstreamTls.Prefer)]
    [InlineData("postgres://u@%2Fvar%2Frun", "/var/run", 5432, UpstreamTls.Disable)]
    [InlineData("postgres://u@/x?host=/var/run&port=7", "/var/run", 7, UpstreamTls.Disable)]
    [InlineData("postgres:///x?host=/var/run&user=u", "/var/run", 5432, UpstreamTls.Disable)]
    public void What_is_not_said_is_safe(string url, string host, int port, UpstreamTls tls)
    {
        var address = UpstreamAddress.Parse(url);

        Assert.Equal((host, port, tls, "u"), (address.Host, address.Port, address.Tls, address.User));
    }

    [Fact]
    public void A_socket_has_the_name_that_the_server_gives_it() =>
        Assert.Equal("/run/pg/.s.PGSQL.5432", UpstreamAddress.Parse("postgres://u@%2Frun%2Fpg%2F").SocketPath);

    [Theory]
    [InlineData("mysql://u:secret@db", "postgres://")]
    [InlineData("", "postgres://")]
    [InlineData("postgres://:secret@db", "user")]
    [InlineData("postgres://u:secret@", "host")]
    [InlineData("postgres://u:secret@a,b", "host")]
    [InlineData("postgres://u:secret@[::1", "host")]
    [InlineData("postgres://u:secret@[::1]x", "host")]
    [InlineData("postgres://u:secret@db:0", "port")]
    [InlineData("postgres://u:secret@db:65536", "port")]
    [InlineData("postgres://u:secret@db:x", "port")]
    [InlineData("postgres://u:secret%@db", "password")]
    [InlineData("postgres://u:secret%zz@db", "password")]
    [InlineData("postgres://u:secret@db?password=secret", "password")]
    [InlineData("postgres://u:secret@db?sslmode=allow", "sslmode")]
    [InlineData("postgres://u:secret@db?sslmode=", "sslmode")]
    [InlineData("postgres://u:secret@db?sslmode=require&sslmode=disable", "sslmode")]
    [InlineData("postgres://u:secret@%2Frun?sslmode=require", "sslmode")]
    [InlineData("postgres://u:secret@db?sslmode=disable&sslrootcert=x", "sslrootcert")]
    [InlineData("postgres://u:secret@db?options=-c%20role%3Dx", "options")]
    [InlineData("postgres://u:secret@d%00b", "host")]
    public void What_is_wrong_is_named_without_the_password(string url, string part)
    {
        var refusal = Assert.Throws<FormatException>(() => UpstreamAddress.Parse(url));

        Assert.Contains(part, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_password_is_in_no_text_of_an_address() =>
        Assert.DoesNotContain(
            "secret",
            UpstreamAddress.Parse("postgres://u:secret@db").ToString(),
            StringComparison.Ordinal
        );
}
