using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using Homeostat.Core.Actions;
using Homeostat.Ledger.Statements;

namespace Homeostat.Core.Deciding;

/// <summary>What the log says of one decision; fields that a later version added are passed over.</summary>
public sealed record DecisionEntry
{
    /// <summary>The content type of a statement that is a decision.</summary>
    public const string ContentType = DecisionRecord.ContentType;

    public required string Request { get; init; }

    public required string Agent { get; init; }

    public required string Lease { get; init; }

    public required string Operation { get; init; }

    public required string PayloadHash { get; init; }

    public required string Goal { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>In observe mode, the verdict that enforcing would have given; null where the verdict bound.</summary>
    public Verdict? WouldBe { get; init; }

    /// <summary>In observe mode, finding by finding, what a person could say of the estate so that it goes away.</summary>
    public IReadOnlyList<SettlingHint> SettledBy { get; init; } = [];

    /// <summary>Null where the decision gave none.</summary>
    public required string? Permit { get; init; }

    /// <summary>When it was decided, to the millisecond.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>It was made for a person, who may have given the time; its permit opens nothing.</summary>
    public bool IsReview { get; init; }

    /// <summary>The version of the snapshot that was judged; null where none was.</summary>
    public required long? EstateVersion { get; init; }

    public required decimal Charge { get; init; }

    /// <summary>What the agent said of its own certainty; null where it said nothing.</summary>
    public required decimal? Confidence { get; init; }

    public required RecordedRows Effects { get; init; }

    public required RecordedRows Findings { get; init; }

    public required RecordedRows Considered { get; init; }

    /// <summary>The effects that stand in the record: fewer than were judged where <see cref="RecordedRows.IsCut"/>.</summary>
    public IEnumerable<RecordedEffect> RecordedEffects => Effects.Rows.Select(RecordedEffect.Of);

    /// <summary>Does the statement say that it is a decision? Who signed it is for the caller to ask.</summary>
    public static bool IsDecision(Statement statement) => statement.Header.ContentType == ContentType;

    /// <summary>Reads a decision; a <see cref="FormatException"/> names the field that is wrong.</summary>
    public static DecisionEntry Read(Statement statement)
    {
        if (!IsDecision(statement))
        {
            throw new FormatException($"content type: '{statement.Header.ContentType}' is not {ContentType}");
        }

        // The subject is the agent in full, and the payload's agent the same, cut like any text of the record.
        var decision = Read(statement.Payload);
        var agent = statement.Header.Subject;
        return decision.Agent == DecisionRecord.Cut(agent)
            ? decision with
            {
                Agent = agent,
            }
            : throw new FormatException($"agent: '{decision.Agent}', but the statement is about '{agent}'");
    }

    private static DecisionEntry Read(ReadOnlyMemory<byte> payload)
    {
        var fields = new Fields(payload);
        var permit = fields.Text("permit");
        var estate = fields.Number("estate");
        var confidence = fields.Number("confidence");
        return new DecisionEntry
        {
            Request = fields.Text("request"),
            Agent = fields.Text("agent"),
            Lease = fields.Text("lease"),
            Operation = fields.Text("operation"),
            PayloadHash = fields.Text("payload"),
            Goal = fields.Text("goal"),
            Verdict = fields.Verdict("verdict"),
            WouldBe = fields.Has(DecisionRecord.WouldBeKey) ? fields.Verdict(DecisionRecord.WouldBeKey) : null,
            SettledBy = fields.Has(DecisionRecord.SettledByKey)
                ? [.. fields.Rows(DecisionRecord.SettledByKey).Rows.Select(SettlingHint.OfRow)]
                : [],
            Permit = permit.Length == 0 ? null : permit,
            Time = fields.Time("time"),
            IsReview = fields.Has("review"),
            EstateVersion = estate < 0 ? null : estate,
            Charge = fields.Number("charge") / Fields.Millionths,
            Confidence = confidence < 0 ? null : confidence / Fields.Millionths,
            Effects = fields.Rows("effects"),
            Findings = fields.Rows("findings"),
            Considered = fields.Rows("considered"),
        };
    }

    /// <summary>The fields of a record by name, each read as what it must be.</summary>
    private sealed class Fields
    {
        public const decimal Millionths = 1_000_000m;

        private readonly Dictionary<string, ReadOnlyMemory<byte>> _fields = new(StringComparer.Ordinal);

        public Fields(ReadOnlyMemory<byte> payload)
        {
            if (DeterministicCbor.Check(payload.Span) is { } problem)
            {
                throw new FormatException($"not deterministic CBOR: {problem}");
            }

            Read(
                "record",
                payload,
                reader =>
                {
                    for (var left = reader.ReadStartMap(); left > 0; left--)
                    {
                        _fields.Add(reader.ReadTextString(), reader.ReadEncodedValue());
                    }

                    reader.ReadEndMap();
                    return 0;
                }
            );
        }

        public bool Has(string name) => _fields.ContainsKey(name);

        public string Text(string name) => Read(name, reader => reader.ReadTextString());

        public long Number(string name) => Read(name, reader => reader.ReadInt64());

        public DateTimeOffset Time(string name)
        {
            var milliseconds = Number(name);
            return
                milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds()
                && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
                : throw new FormatException($"{name}: {milliseconds} is outside the calendar");
        }

        // By name alone: a number would be taken for a verdict that nobody wrote.
        public Verdict Verdict(string name)
        {
            var text = Text(name);
            var verdicts = Enum.GetValues<Verdict>().Where(verdict => verdict.ToString() == text).ToArray();
            return verdicts.Length == 1 ? verdicts[0] : throw new FormatException($"{name}: '{text}' is no verdict");
        }

        public RecordedRows Rows(string name)
        {
            var (count, hash, rows) = Read(name, ReadRows);
            if (count < rows.Count || hash.Length != SHA256.HashSizeInBytes)
            {
                throw new FormatException($"{name}: {rows.Count} rows of {count} behind {hash.Length} bytes of hash");
            }

            var recorded = new RecordedRows(count, rows);
            return recorded.IsCut || hash.AsSpan().SequenceEqual(SHA256.HashData(Joined(rows)))
                ? recorded
                : throw new FormatException($"{name}: the rows do not have the hash that stands beside them");
        }

        private static byte[] Joined(IReadOnlyList<string> rows) => Encoding.UTF8.GetBytes(string.Join('\n', rows));

        private static (int Count, byte[] Hash, IReadOnlyList<string> Rows) ReadRows(CborReader reader)
        {
            reader.ReadStartArray();
            var count = reader.ReadInt32();
            var hash = reader.ReadByteString();
            var rows = new List<string>();
            for (var left = reader.ReadStartArray(); left > 0; left--)
            {
                rows.Add(reader.ReadTextString());
            }

            reader.ReadEndArray();
            reader.ReadEndArray();
            return (count, hash, rows);
        }

        private T Read<T>(string name, Func<CborReader, T> read) =>
            _fields.TryGetValue(name, out var value)
                ? Read(name, value, read)
                : throw new FormatException($"{name}: is missing");

        private static T Read<T>(string name, ReadOnlyMemory<byte> value, Func<CborReader, T> read)
        {
            try
            {
                return read(new CborReader(value, CborConformanceMode.Strict));
            }
            catch (Exception e) when (e is InvalidOperationException or CborContentException or OverflowException)
            {
                throw new FormatException($"{name}: {e.Message}", e);
            }
        }
    }
}

/// <summary>A list of a record: how long it is, and the rows of it that stand there.</summary>
public sealed record RecordedRows(int Count, IReadOnlyList<string> Rows)
{
    /// <summary>Are there rows, or parts of rows, that the record holds by their hash alone?</summary>
    public bool IsCut => Rows.Count < Count || Rows.Any(DecisionRecord.IsCut);
}

/// <summary>What would have been done, and to which resource.</summary>
/// <param name="Target">The resource's id, or where it is cut the beginning of it.</param>
public readonly record struct RecordedEffect(string Operation, string Target, bool IsCut)
{
    /// <summary>May it be about this resource? Where the id is cut, that is all one can say.</summary>
    public bool MayTouch(string resource) =>
        IsCut ? resource.StartsWith(Target, StringComparison.Ordinal) : resource == Target;

    internal static RecordedEffect Of(string row)
    {
        var isCut = DecisionRecord.IsCut(row);
        var whole = isCut ? row[..^DecisionRecord.Ellipsis.Length] : row;
        var end = whole.IndexOf(' ', StringComparison.Ordinal);
        var operation = end < 0 ? whole : whole[..end];
        return new RecordedEffect(
            operation == nameof(Estate.Operations.None) ? nameof(Effect.Unknown) : operation,
            end < 0 ? "" : whole[(end + 1)..],
            isCut
        );
    }
}
