using System.Formats.Cbor;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;

namespace Homeostat.Core.Tests.Deciding;

/// <summary>What the log says of a decision is what was decided; what is not a decision's record is refused by the field that is wrong.</summary>
public sealed class DecisionEntryTests : IDisposable
{
    private readonly DeciderFixture _fixture = new(new OrdersEstate().Build(), OrdersEstate.Now);

    [Fact]
    public async Task A_permit_is_read_back_with_all_that_was_decided()
    {
        var lease = _fixture.GrantEverything("agent-7");
        var request = _fixture.Request(lease, new Effect.Stop(new ResourceId("web-1"))) with { Confidence = 0.25 };
        var decision = await _fixture.DecideAsync(request);

        var entry = DecisionEntry.Read(await LastAsync());

        Assert.Equal(Verdict.Allow, entry.Verdict);
        Assert.Equal(decision.Permit!.Id.Value, entry.Permit);
        Assert.Equal(("agent-7", lease.Id.Value, request.Id.Value), (entry.Agent, entry.Lease, entry.Request));
        Assert.Equal(("test", "as asked"), (entry.Operation, entry.Goal));
        Assert.Equal(OrdersEstate.Now, entry.Time);
        Assert.Equal(_fixture.Estate.Version, entry.EstateVersion);
        Assert.Equal((0.05m, 0.25m), (entry.Charge, entry.Confidence));
        Assert.Equal(1, entry.Effects.Count);
    }

    [Fact]
    public async Task A_refusal_is_read_back_with_its_effects_and_findings_and_without_a_permit()
    {
        var decision = await DecideAsync("web-1", "web-2");

        var entry = DecisionEntry.Read(await LastAsync());

        Assert.Equal(Verdict.Deny, entry.Verdict);
        Assert.Null(entry.Permit);
        Assert.Null(entry.Confidence);
        Assert.Equal(
            [new RecordedEffect("Stop", "web-1", false), new RecordedEffect("Stop", "web-2", false)],
            entry.RecordedEffects
        );
        Assert.False(entry.Effects.IsCut);
        Assert.Equal(decision.Judgement.Findings.Count, entry.Findings.Count);
        Assert.StartsWith("Deny homeostasis.lethal: ", entry.Findings.Rows[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_list_and_a_long_name_are_marked_as_cut()
    {
        string[] names = [new('x', 300), .. Enumerable.Range(0, 29).Select(i => $"unseen-{i}")];
        await DecideAsync(names);

        var entry = DecisionEntry.Read(await LastAsync());

        Assert.Equal((30, 24, true), (entry.Effects.Count, entry.Effects.Rows.Count, entry.Effects.IsCut));
        var first = entry.RecordedEffects.First();
        Assert.True(first.IsCut);
        Assert.True(first.MayTouch(names[0]));
        Assert.False(first.MayTouch("xxx"));
        Assert.False(entry.RecordedEffects.ElementAt(1).MayTouch("unseen-00"));
    }

    [Fact]
    public async Task A_long_name_of_an_agent_is_read_in_full()
    {
        var name = new string('a', 400);
        await _fixture.DecideAsync(
            _fixture.Request(_fixture.GrantEverything(name), new Effect.Stop(new ResourceId("web-1")))
        );

        Assert.Equal(name, DecisionEntry.Read(await LastAsync()).Agent);
    }

    [Fact]
    public async Task A_field_that_a_later_version_added_is_passed_over()
    {
        await DecideAsync("web-1", "web-2");
        var statement = await LastAsync();

        var later = Changed(
            statement,
            fields =>
                fields["reserved"] = Encoded(writer =>
                {
                    writer.WriteStartMap(1);
                    writer.WriteTextString("permit");
                    writer.WriteTextString("p");
                    writer.WriteEndMap();
                })
        );

        Assert.Equivalent(DecisionEntry.Read(statement), DecisionEntry.Read(later), strict: true);
    }

    public static TheoryData<string, byte[]?> Wrong =>
        new()
        {
            { "verdict", null },
            { "verdict", Encoded(writer => writer.WriteTextString("4")) },
            { "verdict", Encoded(writer => writer.WriteTextString("allow")) },
            { "verdict", Encoded(writer => writer.WriteInt32(4)) },
            { "time", Encoded(writer => writer.WriteUInt64(ulong.MaxValue)) },
            { "time", Encoded(writer => writer.WriteInt64(long.MaxValue)) },
            { "agent", Encoded(writer => writer.WriteTextString("somebody else")) },
            { "permit", null },
            { "effects", null },
            { "effects", Encoded(writer => writer.WriteTextString("Stop web-1")) },
            { "effects", Rows(0, new byte[32], "Stop web-1") },
            { "effects", Rows(1, new byte[32], "Stop web-1") },
            { "effects", Rows(2, new byte[31], "Stop web-1") },
            { "findings", Encoded(writer => writer.WriteNull()) },
        };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_record_that_is_wrong_is_refused_by_the_field(string field, byte[]? value)
    {
        await DecideAsync("web-1", "web-2");
        var wrong = Changed(
            await LastAsync(),
            fields =>
            {
                if (value is null)
                {
                    fields.Remove(field);
                }
                else
                {
                    fields[field] = value;
                }
            }
        );

        var refusal = Assert.Throws<FormatException>(() => DecisionEntry.Read(wrong));

        Assert.StartsWith($"{field}: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_statement_of_another_kind_is_no_decision()
    {
        var other = Signed("test", Encoded(writer => writer.WriteInt32(1)), "application/cbor");

        Assert.False(DecisionEntry.IsDecision(other));
        Assert.Throws<FormatException>(() => DecisionEntry.Read(other));
        Assert.Throws<FormatException>(() =>
            DecisionEntry.Read(Signed("test", Encoded(writer => writer.WriteInt32(1)), DecisionEntry.ContentType))
        );
    }

    public void Dispose() => _fixture.Dispose();

    private Task<Decision> DecideAsync(params string[] stops) =>
        _fixture.DecideAsync(
            _fixture.Request(
                _fixture.GrantEverything(),
                [.. stops.Select(name => (Effect)new Effect.Stop(new ResourceId(name)))]
            )
        );

    private async Task<Statement> LastAsync()
    {
        ReadOnlyMemory<byte> last = default;
        await foreach (var entry in _fixture.Log.ReadAsync(0, TestContext.Current.CancellationToken))
        {
            last = entry.Bytes;
        }

        return Statement.Parse(last);
    }

    private static Statement Changed(Statement statement, Action<Dictionary<string, byte[]>> change)
    {
        var reader = new CborReader(statement.Payload);
        var fields = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var left = reader.ReadStartMap(); left > 0; left--)
        {
            fields.Add(reader.ReadTextString(), reader.ReadEncodedValue().ToArray());
        }

        change(fields);
        var payload = Encoded(writer =>
        {
            writer.WriteStartMap(fields.Count);
            foreach (var (name, value) in fields)
            {
                writer.WriteTextString(name);
                writer.WriteEncodedValue(value);
            }

            writer.WriteEndMap();
        });
        return Signed(statement.Header.Subject, payload, statement.Header.ContentType);
    }

    private static Statement Signed(string subject, byte[] payload, string type)
    {
        using var key = SigningKey.FromSeed("test.example/log", new byte[32]);
        return Statement.Parse(Statement.Sign(key, new StatementHeader("test", subject, type), payload));
    }

    private static byte[] Rows(int count, byte[] hash, params string[] rows) =>
        Encoded(writer =>
        {
            writer.WriteStartArray(3);
            writer.WriteInt32(count);
            writer.WriteByteString(hash);
            writer.WriteStartArray(rows.Length);
            foreach (var row in rows)
            {
                writer.WriteTextString(row);
            }

            writer.WriteEndArray();
            writer.WriteEndArray();
        });

    private static byte[] Encoded(Action<CborWriter> write)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        write(writer);
        return writer.Encode();
    }
}
