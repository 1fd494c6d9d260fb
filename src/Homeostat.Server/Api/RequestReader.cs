using System.Text.Json;
using Homeostat.Client.Contract;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Server.Api;

/// <summary>Turns the body of a decision into a request; what is missing or meaningless is refused with its place.</summary>
internal static class RequestReader
{
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(3660);

    public static ActionRequest Read(DecisionBody body, RequestId id, AgentId agent, LeaseId lease, Places places)
    {
        CheckCounts(body, places);
        return new ActionRequest
        {
            Id = id,
            Agent = agent,
            Lease = lease,
            Operation = places.Text("operation", body.Operation),
            Effects = [.. body.Effects.Select((effect, i) => Read(effect, $"effects[{i}]", places))],
            Premises = [.. body.Premises.Select((premise, i) => Read(premise, $"premises[{i}]", places))],
            Intent = body.Intent is { } intent ? Read(intent, places) : null,
            Goal = body.Goal is { } goal ? Read(goal, places) : null,
            PayloadHash = Hash(body.PayloadHash, places),
            Confidence = body.Confidence,
        };
    }

    private static void CheckCounts(DecisionBody body, Places places)
    {
        if (body.Effects.Count is 0 or > Core.Limits.MaxEffects)
        {
            places.Refuse(
                "effects",
                $"expected 1 to {Core.Limits.MaxEffects} effects; a request without any does nothing"
            );
        }

        if (body.Premises.Count > Core.Limits.MaxPremises)
        {
            places.Refuse("premises", $"expected at most {Core.Limits.MaxPremises}");
        }
    }

    private static string Hash(string? text, Places places)
    {
        if (text is null || (text.Length == 64 && text.All(char.IsAsciiHexDigitLower)))
        {
            return text ?? "";
        }

        places.Refuse("payloadHash", "expected a SHA-256 in 64 lower-case hexadecimal digits");
        return "";
    }

    private static Intent Read(IntentBody body, Places places) =>
        new()
        {
            Operations = body.Operations is { } operations
                ? operations
                    .Select((name, i) => places.Word<Operations>($"intent.operations[{i}]", name))
                    .Aggregate(Operations.None, (all, one) => all | one)
                : null,
            Count = body.Count,
            Environments = body.Environments?.ToArray(),
            Targets = body.Targets is { } targets ? places.Ids("intent.targets", targets) : null,
        };

    private static Goal Read(GoalBody body, Places places) =>
        new(places.Text("goal.text", body.Text))
        {
            Removes = places.Ids("goal.removes", body.Removes),
            Changes = places.Ids("goal.changes", body.Changes),
        };

    private static Predicate Read(PremiseBody body, string at, Places places) =>
        new(
            places.Id($"{at}.id", body.Id),
            places.Text($"{at}.key", body.Key),
            places.Word<Comparison>($"{at}.is", body.Is),
            Value($"{at}.value", body.Value, places)
        );

    private static Effect Read(EffectBody body, string at, Places places)
    {
        var id = places.Id($"{at}.id", body.Id);
        var effect = Read(body, id, at, places);
        return id.Value.Length == 0
            ? effect
            : effect with
            {
                Delay = places.Seconds($"{at}.delaySeconds", body.DelaySeconds, TimeSpan.Zero, LongestTime),
                Duration = body.DurationSeconds is { } duration
                    ? places.Seconds($"{at}.durationSeconds", duration, TimeSpan.Zero, LongestTime)
                    : null,
            };
    }

    private static Effect Read(EffectBody body, ResourceId id, string at, Places places)
    {
        switch (body.Do)
        {
            case "destroy":
                return new Effect.Destroy(id) { Recreated = body.Recreated };
            case "stop":
                return new Effect.Stop(id);
            case "start":
                return new Effect.Start(id);
            case "create":
                return Create(body, id, at, places);
            case "change":
                return new Effect.Change(
                    id,
                    places.Text($"{at}.key", body.Key),
                    body.Value is { } value ? Value($"{at}.value", value, places) : Missing($"{at}.value", places),
                    places.Word($"{at}.impact", body.Impact, ChangeImpact.Unknown)
                );
            case "detach":
                return new Effect.Detach(id, body.From is { } from ? places.Id($"{at}.from", from) : null);
            case "attach":
                return new Effect.Attach(id, places.Id($"{at}.to", body.To)) { TargetNeedsIt = body.NeedsIt };
            case "promote":
                return new Effect.Promote(id);
            case "lose-data":
                return new Effect.LoseData(id, Asset($"{at}.asset", body.Asset, places), new Extent(body.Rows))
                {
                    OfCopyOnly = body.CopyOnly,
                };
            default:
                return ReadReach(body, id, at, places);
        }
    }

    private static Effect ReadReach(EffectBody body, ResourceId id, string at, Places places)
    {
        switch (body.Do)
        {
            case "expose":
                return new Effect.Expose(
                    id,
                    places.Text($"{at}.to", body.To),
                    places.Word<Privilege>($"{at}.privilege", body.Privilege)
                )
                {
                    Principals = places.Within($"{at}.principals", body.Principals, int.MaxValue, 0, int.MaxValue),
                };
            case "grant":
                return new Effect.Grant(
                    id,
                    places.Id($"{at}.principal", body.Principal),
                    places.Word<Privilege>($"{at}.privilege", body.Privilege)
                );
            case "revoke":
                return new Effect.Revoke(id, places.Id($"{at}.principal", body.Principal));
            case "disable-guard":
                return new Effect.DisableGuard(id);
            case "read":
                return new Effect.Read(id, body.Classification ?? "unclassified");
            case "delegate":
                return new Effect.Delegate(
                    id,
                    places.Id($"{at}.principal", body.Principal),
                    places.Text($"{at}.trigger", body.Trigger)
                );
            case "unknown":
                return new Effect.Unknown(id, places.Text($"{at}.what", body.What));
            default:
                places.Refuse($"{at}.do", $"'{body.Do}' is no effect; expected stop, destroy, change …, or unknown");
                return new Effect.Unknown(id, body.Do);
        }
    }

    private static Effect.Create Create(EffectBody body, ResourceId id, string at, Places places)
    {
        var kind = places.Text($"{at}.kind", body.Kind);
        return new Effect.Create(id, kind.Length == 0 ? default : new ResourceKind(kind))
        {
            Location = Location(body.Location),
            Environments = body.Environments?.ToArray() ?? [],
        };
    }

    internal static Location Location(LocationBody? body) =>
        body is null ? Core.Estate.Location.Nowhere : new(body.Provider, body.Account, body.Region, body.Zone);

    internal static FactValue Value(string at, JsonElement value, Places places)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number when value.TryGetDouble(out var number) && double.IsFinite(number):
                return FactValue.Of(number);
            case JsonValueKind.String:
                return FactValue.Of(value.GetString()!);
            case JsonValueKind.True or JsonValueKind.False:
                return FactValue.Of(value.GetBoolean());
            default:
                return Missing(at, places);
        }
    }

    private static FactValue Missing(string at, Places places)
    {
        places.Refuse(at, "expected a number, a text or a flag");
        return default;
    }

    private static AssetId Asset(string at, string? text, Places places) =>
        places.Id(at, text) is { Value.Length: > 0 } id ? new AssetId(id.Value) : default;
}
