using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;

namespace Homeostat.Core.Tests.Leases;

public sealed class LeaseRecordTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, 123, TimeSpan.Zero);

    public static readonly Lease Full = new()
    {
        Id = new("l-2"),
        Agent = new("a"),
        Parent = new LeaseId("l-1"),
        Purpose = "every dimension",
        Level = AgencyLevel.Setpoint,
        IssuedAt = Now,
        ExpiresAt = Now + TimeSpan.FromMinutes(15),
        Renewal = TimeSpan.FromMinutes(5),
        SecretHash = "ab",
        GrowthTime = TimeSpan.FromMinutes(3),
        Cone = new LightCone
        {
            Operations = Operations.Stop | Operations.Delegate,
            Where = new Selector
            {
                Providers = ["aws"],
                Accounts = [],
                Regions = ["eu-1"],
                Environments = ["test"],
                Kinds = ["database"],
                Owners = ["me"],
                Ids = ["db-*"],
                Labels = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" },
                Anchors = [new ResourceId("orders")],
                Hops = 2,
            },
            NotBefore = Now,
            Windows = [new Window([DayOfWeek.Monday, DayOfWeek.Friday], new(9, 30), new(17, 0))],
            Freezes = [new Freeze("sale", Now, Now + TimeSpan.FromDays(1), "sale", new Selector { Ids = ["web-*"] })],
            Amounts = new Amounts
            {
                Resources = 3,
                Rows = 4,
                Stress = 0.1,
                Irreversible = 5,
                PerMinute = 6,
                Outstanding = 7,
            },
            Manner = Manner.Quarantine,
        },
    };

    public static TheoryData<Lease> Leases =>
        [
            Full,
            Full with
            {
                Parent = null,
                Cone = new LightCone { Operations = Operations.Read },
            },
        ];

    [Theory]
    [MemberData(nameof(Leases))]
    public void A_lease_says_the_same_when_it_is_read_back(Lease lease)
    {
        var payload = LeaseEventRecord.Encode(new LeaseEvent.Granted(lease, Now), "operator");

        Assert.Null(Ledger.Statements.DeterministicCbor.Check(payload));
        var read = Assert.IsType<LeaseEvent.Granted>(LeaseEventRecord.Decode(RecordMap.Decode(payload)));
        Assert.Equal(Now, read.At);
        Assert.True(LeaseTerms.AreSame(lease, read.Lease), $"{lease} was read back as {read.Lease}");
    }

    [Fact]
    public void Every_dimension_counts_for_sameness()
    {
        Lease[] others =
        [
            Full with
            {
                SecretHash = "ac",
            },
            Full with
            {
                Cone = Full.Cone with { Where = Full.Cone.Where with { Accounts = null } },
            },
            Full with
            {
                Cone = Full.Cone with { Where = Full.Cone.Where with { Hops = 3 } },
            },
            Full with
            {
                Cone = Full.Cone with { Windows = null },
            },
            Full with
            {
                Cone = Full.Cone with { Freezes = [] },
            },
        ];

        Assert.All(others, other => Assert.False(LeaseTerms.AreSame(Full, other)));
    }
}
