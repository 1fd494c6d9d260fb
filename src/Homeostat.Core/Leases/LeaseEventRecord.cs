using Homeostat.Core.Actions;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Leases;

/// <summary>Events of the lease book as payloads of ledger entries.</summary>
internal static class LeaseEventRecord
{
    public const string ContentType = "application/vnd.homeostat.lease+cbor";

    public const string SettledTogether = "settled-together";

    /// <summary>A payload of its own; a reservation stands in the entry of its decision instead.</summary>
    public static byte[] Encode(LeaseEvent change, string by) =>
        RecordWriter.Encode(map =>
        {
            map.Text("by", by);
            map.Time("at", change.At);
            switch (change)
            {
                case LeaseEvent.Granted granted:
                    map.Text("event", "granted");
                    map.Map("lease", inner => LeaseRecord.Write(inner, granted.Lease));
                    break;
                case LeaseEvent.Settled settled:
                    map.Text("event", "settled");
                    map.Text("permit", settled.Permit.Value);
                    break;
                case LeaseEvent.Released released:
                    map.Text("event", "released");
                    map.Text("permit", released.Permit.Value);
                    break;
                case LeaseEvent.Revoked revoked:
                    map.Text("event", "revoked");
                    map.Text("lease", revoked.Lease.Value);
                    break;
                default:
                    throw new ArgumentException($"{change.GetType().Name} has no entry of its own", nameof(change));
            }
        });

    /// <exception cref="FormatException">The payload is no event; the message names the field.</exception>
    public static LeaseEvent Decode(RecordMap map)
    {
        var at = map.Time("at");
        return map.Text("event") switch
        {
            "granted" => new LeaseEvent.Granted(
                LeaseRecord.Read(map.MapOrNull("lease") ?? throw new FormatException("lease is missing")),
                at
            ),
            "settled" => new LeaseEvent.Settled(new PermitId(map.Text("permit")), at),
            SettledTogether => new LeaseEvent.SettledTogether(
                [.. map.Texts("permits").Select(permit => new PermitId(permit))],
                at
            ),
            "released" => new LeaseEvent.Released(new PermitId(map.Text("permit")), at),
            "revoked" => new LeaseEvent.Revoked(new LeaseId(map.Text("lease")), at),
            var other => throw new FormatException($"event: '{other}' is no event of a lease"),
        };
    }

    /// <param name="parts">How many entries before this one hold the effects and what is expected; 0 = they stand here.</param>
    public static void Write(RecordWriter map, LeaseEvent.Reserved reserved, int parts)
    {
        map.Text("permit", reserved.Permit.Value);
        map.Text("lease", reserved.Lease.Value);
        map.Text("request", reserved.Request.Value ?? "");
        map.Time("at", reserved.At);
        map.Maps("effects", parts == 0 ? reserved.Effects : [], EffectRecord.Write);
        map.Number("parts", parts);
        map.Maps(
            "debits",
            reserved.Debits,
            (inner, debit) =>
            {
                inner.Text("lease", debit.Lease.Value);
                inner.Number("stress", debit.Stress);
                inner.Number("irreversible", debit.Irreversible);
                inner.Time("expires", debit.ExpiresAt);
            }
        );
        map.Maps("expected", parts == 0 ? reserved.Expected : [], Write);
    }

    public static LeaseEvent.Reserved ReadReserved(RecordMap map) =>
        new(
            new PermitId(map.Text("permit")),
            new LeaseId(map.Text("lease")),
            new RequestId(map.Text("request")),
            [.. map.Maps("effects").Select(EffectRecord.Read)],
            [
                .. map.Maps("debits")
                    .Select(debit => new LeaseDebit(
                        new LeaseId(debit.Text("lease")),
                        debit.Number("stress"),
                        debit.Int("irreversible"),
                        debit.Time("expires")
                    )),
            ],
            map.Time("at")
        )
        {
            Expected = [.. map.Maps("expected").Select(ReadExpectation)],
        };

    public static void Write(RecordWriter map, Expectation expected)
    {
        map.Text("id", expected.Id.Value);
        map.Flag("exists", expected.Exists);
        map.Number("working", expected.Working);
        map.Number("declared", expected.Declared);
        map.Flag("touched", expected.IsTouched);
    }

    public static Expectation ReadExpectation(RecordMap map) =>
        new(
            new Estate.ResourceId(map.Text("id")),
            map.Flag("exists"),
            map.Int("working"),
            map.Int("declared"),
            map.Flag("touched")
        );
}
