using Homeostat.Core.Actions;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Deciding;

/// <summary>A part of a permit: some of its effects, or some of what is expected.</summary>
internal sealed record PermitPart(string Permit, IReadOnlyList<Effect> Effects, IReadOnlyList<Expectation> Expected);

/// <summary>
/// The lists of a permit that is too large for one entry: entries of their own, which stand directly before the
/// decision's and fall with it.
/// </summary>
internal static class PermitParts
{
    public const string ContentType = "application/vnd.homeostat.permit-part+cbor";

    /// <summary>Leaves room in a payload for the permit's name and the map around the rows.</summary>
    private const int MaxBytes = Ledger.Limits.PayloadBytes - 1024;

    /// <summary>Leaves room in an append for the decision and for the signatures.</summary>
    private const int MaxParts = Ledger.Limits.BatchEntries / 2;

    /// <exception cref="EntryTooLargeException">One row alone does not fit, or all together exceed one append.</exception>
    public static IReadOnlyList<byte[]> Split(LeaseEvent.Reserved reserved)
    {
        var parts = new List<byte[]>();
        var permit = reserved.Permit.Value;
        Pack(reserved.Effects, EffectRecord.Write, rows => Add(new PermitPart(permit, rows, [])));
        Pack(reserved.Expected, LeaseEventRecord.Write, rows => Add(new PermitPart(permit, [], rows)));
        return parts;

        void Add(PermitPart part)
        {
            if (parts.Count == MaxParts)
            {
                throw new EntryTooLargeException(reserved.Effects.Count);
            }

            parts.Add(Encode(part));
        }

        void Pack<T>(IReadOnlyList<T> rows, Action<RecordWriter, T> write, Action<List<T>> add)
        {
            var part = new List<T>();
            var bytes = 0;
            foreach (var row in rows)
            {
                var size = RecordWriter.Encode(map => write(map, row)).Length;
                if (size > MaxBytes)
                {
                    throw new EntryTooLargeException(reserved.Effects.Count);
                }

                if (bytes + size > MaxBytes)
                {
                    add(part);
                    part = [];
                    bytes = 0;
                }

                part.Add(row);
                bytes += size;
            }

            add(part);
        }
    }

    public static PermitPart Decode(RecordMap map) =>
        new(
            map.Text("permit"),
            [.. map.Maps("effects").Select(EffectRecord.Read)],
            [.. map.Maps("expected").Select(LeaseEventRecord.ReadExpectation)]
        );

    private static byte[] Encode(PermitPart part) =>
        RecordWriter.Encode(map =>
        {
            map.Text("permit", part.Permit);
            map.Maps("effects", part.Effects, EffectRecord.Write);
            map.Maps("expected", part.Expected, LeaseEventRecord.Write);
        });
}

/// <summary>What would have to be written down is more than one append of the log takes.</summary>
internal sealed class EntryTooLargeException(int effects)
    : Exception($"its {effects} effects are more than the log takes at once, and a permit stands there in full");
