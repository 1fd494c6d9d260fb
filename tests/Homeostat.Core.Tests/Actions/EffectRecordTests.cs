using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Tests.Actions;

/// <summary>What the ledger says of an effect is the effect, whole: recovery computes futures from it.</summary>
public sealed class EffectRecordTests
{
    private static readonly ResourceId Id = new("aws_instance.ünï[\"a\"]");
    private static readonly ResourceId Other = new("other");

    public static TheoryData<Effect> Effects =>
        [
            new Effect.Destroy(Id) { Recreated = true, Duration = TimeSpan.FromSeconds(3.5) },
            new Effect.Destroy(Id) { Undo = new Undo(true, "restore", [Other]) { Within = TimeSpan.FromDays(7) } },
            new Effect.Stop(Id) { Delay = TimeSpan.FromMinutes(1) },
            new Effect.Start(Id) { Condition = new Predicate(Other, "cpu", Comparison.LessOrEqual, FactValue.Of(0.1)) },
            new Effect.Create(Id, new("database")) { Location = new("aws", null, "eu-1", "a"), Environments = ["x"] },
            new Effect.Change(Id, "size", FactValue.Of("large"), ChangeImpact.Restart),
            new Effect.Change(Id, "capacity", FactValue.Of(1.0 / 3), ChangeImpact.Capacity),
            new Effect.Change(Id, "gone", default, ChangeImpact.Unknown),
            new Effect.Detach(Id, Other),
            new Effect.Detach(Id, null),
            new Effect.Attach(Id, Other) { TargetNeedsIt = true },
            new Effect.Promote(Id),
            new Effect.LoseData(Id, new("orders"), new Extent(12)) { OfCopyOnly = true },
            new Effect.LoseData(Id, new("orders"), Extent.Everything),
            new Effect.Expose(Id, "0.0.0.0/0", Privilege.Write) { Principals = 7 },
            new Effect.Grant(Id, Other, Privilege.Administer),
            new Effect.Revoke(Id, Other),
            new Effect.DisableGuard(Id),
            new Effect.Read(Id, "personal"),
            new Effect.Delegate(Id, Other, "cron"),
            new Effect.Unknown(Id, "FROBNICATE"),
        ];

    [Theory]
    [MemberData(nameof(Effects))]
    public void An_effect_is_read_back_as_it_was_written(Effect effect)
    {
        var payload = RecordWriter.Encode(map => EffectRecord.Write(map, effect));

        Assert.Null(Ledger.Statements.DeterministicCbor.Check(payload));
        var read = EffectRecord.Read(RecordMap.Decode(payload));
        Assert.Equivalent(effect, read, strict: true);
        Assert.Equal(effect.GetType(), read.GetType());
    }

    [Fact]
    public void Every_kind_of_effect_is_tried() =>
        Assert.Equal(
            typeof(Effect).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(Effect))).ToHashSet(),
            Effects.Select(row => row.Data.GetType()).ToHashSet()
        );
}
