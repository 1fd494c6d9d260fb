using Homeostat.Gateways.Postgres.Sessions;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Tests.Postgres.Sessions;

public sealed class StartupSettingsTests
{
    private static StartupSettings Of(int version, params (string Name, string Value)[] parameters) =>
        StartupSettings.Of(
            new StartupMessage(
                version,
                [
                    new("user", "lease"),
                    new("database", "shop"),
                    .. parameters.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)),
                ]
            )
        );

    [Theory]
    [InlineData("replication", "database", "0A000")]
    [InlineData("replication", "true", "0A000")]
    [InlineData("options", "-c search_path=evil", "0A000")]
    [InlineData("client_encoding", "LATIN1", "0A000")]
    [InlineData("session_replication_role", "replica", "22023")]
    [InlineData("role", "postgres", "22023")]
    public void What_is_not_given_is_refused(string name, string value, string state)
    {
        var refused = Assert.Throws<ProtocolException>(() => Of(StartupCode.Version3, (name, value)));

        Assert.Equal(state, refused.SqlState);
    }

    [Fact]
    public void Another_protocol_is_refused_and_a_newer_minor_one_is_told_of_ours()
    {
        Assert.Throws<ProtocolException>(() => Of(2 << 16));

        var newer = Of(StartupCode.Version3 | 2, ("_pq_.wish", "1"));

        Assert.True(newer.AsksForNewer);
        Assert.Equal(["_pq_.wish"], newer.UnknownOptions);
    }

    [Fact]
    public void Settings_are_set_as_literals_that_end_where_they_end()
    {
        var asked = Of(
            StartupCode.Version3,
            ("timezone", "UTC'; drop table customers; --"),
            ("client_encoding", "'utf-8'"),
            ("application_name", "app")
        );

        Assert.Equal(
            "select pg_catalog.set_config('TimeZone', 'UTC''; drop table customers; --', false)",
            asked.ToSql()
        );
        Assert.Equal("app", asked.ApplicationName);
    }
}
