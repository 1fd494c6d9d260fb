using System.Globalization;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Actions;

/// <summary>Effects as they stand in a ledger entry, in full: what is read back equals what was written.</summary>
internal static class EffectRecord
{
    public static void Write(RecordWriter map, Effect effect)
    {
        map.Text("do", effect is Effect.Unknown ? nameof(Effect.Unknown) : effect.OperationName);
        map.Text("id", effect.Target.Value);
        if (effect.Delay != TimeSpan.Zero)
        {
            map.Span("delay", effect.Delay);
        }

        map.Span("duration", effect.Duration);
        if (effect.Condition is { } condition)
        {
            map.Map("if", inner => Write(inner, condition));
        }

        if (effect.Undo is { } undo)
        {
            map.Map("undo", inner => Write(inner, undo));
        }

        WriteOwn(map, effect);
    }

    public static Effect Read(RecordMap map)
    {
        var undo = map.MapOrNull("undo");
        return ReadOwn(map, Id(map, "id")) with
        {
            Delay = map.SpanOrNull("delay") ?? TimeSpan.Zero,
            Duration = map.SpanOrNull("duration"),
            Condition = map.MapOrNull("if") is { } condition ? ReadPredicate(condition) : null,
            Undo = undo is null
                ? null
                : new Undo(undo.Flag("possible"), undo.Text("by"), [.. undo.Texts("needs").Select(Id)])
                {
                    Within = undo.SpanOrNull("within"),
                },
        };
    }

    public static void Write(RecordWriter map, Predicate predicate)
    {
        map.Text("id", predicate.Subject.Value);
        map.Text("key", predicate.Key);
        map.Text("is", predicate.Comparison.ToString());
        Write(map, predicate.Value);
    }

    private static Predicate ReadPredicate(RecordMap map) =>
        new(Id(map, "id"), map.Text("key"), map.Enum<Comparison>("is"), ReadValue(map));

    private static void Write(RecordWriter map, Undo undo)
    {
        map.Flag("possible", undo.Possible);
        map.Text("by", undo.By);
        map.Texts("needs", [.. undo.Needs.Select(id => id.Value)]);
        map.Span("within", undo.Within);
    }

    private static void Write(RecordWriter map, FactValue value)
    {
        map.Fraction("number", value.Number);
        map.Text("text", value.Text);
    }

    private static FactValue ReadValue(RecordMap map) =>
        map.TextOrNull("text") is { } text ? FactValue.Of(text)
        : map.FractionOrNull("number") is { } number ? FactValue.Of(number)
        : default;

    private static void WriteOwn(RecordWriter map, Effect effect)
    {
        switch (effect)
        {
            case Effect.Destroy destroy:
                map.Flag("recreated", destroy.Recreated);
                break;
            case Effect.Create create:
                WriteCreate(map, create);
                break;
            case Effect.Change change:
                map.Text("key", change.Key);
                map.Text("impact", change.Impact.ToString());
                Write(map, change.Value);
                break;
            case Effect.Detach detach:
                map.Text("from", detach.From?.Value);
                break;
            case Effect.Attach attach:
                map.Text("to", attach.To.Value);
                map.Flag("needs", attach.TargetNeedsIt);
                break;
            case Effect.LoseData lose:
                map.Text("asset", lose.Asset.Value);
                map.Number("rows", lose.Extent.Rows);
                map.Flag("copy", lose.OfCopyOnly);
                break;
            case Effect.Expose expose:
                map.Text("to", expose.To);
                map.Text("privilege", expose.What.ToString());
                map.Number("principals", expose.Principals);
                break;
            case Effect.Grant grant:
                map.Text("principal", grant.Principal.Value);
                map.Text("privilege", grant.Privilege.ToString());
                break;
            case Effect.Revoke revoke:
                map.Text("principal", revoke.Principal.Value);
                break;
            case Effect.Read read:
                map.Text("class", read.Classification);
                break;
            case Effect.Delegate lend:
                map.Text("principal", lend.Principal.Value);
                map.Text("trigger", lend.Trigger);
                break;
            case Effect.Unknown unknown:
                map.Text("what", unknown.What);
                break;
        }
    }

    private static void WriteCreate(RecordWriter map, Effect.Create create)
    {
        map.Text("kind", create.Kind.Name);
        map.Text("provider", create.Location.Provider);
        map.Text("account", create.Location.Account);
        map.Text("region", create.Location.Region);
        map.Text("zone", create.Location.Zone);
        map.Texts("environments", [.. create.Environments]);
    }

    private static Effect ReadOwn(RecordMap map, ResourceId id) =>
        map.Text("do") switch
        {
            nameof(Operations.Destroy) => new Effect.Destroy(id) { Recreated = map.Flag("recreated") },
            nameof(Operations.Stop) => new Effect.Stop(id),
            nameof(Operations.Start) => new Effect.Start(id),
            nameof(Operations.Create) => ReadCreate(map, id),
            nameof(Operations.Change) => new Effect.Change(
                id,
                map.Text("key"),
                ReadValue(map),
                map.Enum<ChangeImpact>("impact")
            ),
            nameof(Operations.Detach) => new Effect.Detach(id, map.TextOrNull("from") is { } from ? Id(from) : null),
            nameof(Operations.Attach) => new Effect.Attach(id, Id(map, "to")) { TargetNeedsIt = map.Flag("needs") },
            nameof(Operations.Promote) => new Effect.Promote(id),
            nameof(Operations.LoseData) => new Effect.LoseData(
                id,
                new AssetId(map.Text("asset")),
                new Extent(map.NumberOrNull("rows"))
            )
            {
                OfCopyOnly = map.Flag("copy"),
            },
            nameof(Operations.Expose) => new Effect.Expose(id, map.Text("to"), map.Enum<Privilege>("privilege"))
            {
                Principals = map.Int("principals"),
            },
            nameof(Operations.Grant) => new Effect.Grant(id, Id(map, "principal"), map.Enum<Privilege>("privilege")),
            nameof(Operations.Revoke) => new Effect.Revoke(id, Id(map, "principal")),
            nameof(Operations.DisableGuard) => new Effect.DisableGuard(id),
            nameof(Operations.Read) => new Effect.Read(id, map.Text("class")),
            nameof(Operations.Delegate) => new Effect.Delegate(id, Id(map, "principal"), map.Text("trigger")),
            nameof(Effect.Unknown) => new Effect.Unknown(id, map.Text("what")),
            var other => throw new FormatException($"do: '{other}' is no effect"),
        };

    private static Effect.Create ReadCreate(RecordMap map, ResourceId id) =>
        new(id, new ResourceKind(map.Text("kind")))
        {
            Location = new Location(
                map.TextOrNull("provider"),
                map.TextOrNull("account"),
                map.TextOrNull("region"),
                map.TextOrNull("zone")
            ),
            Environments = map.Texts("environments"),
        };

    private static ResourceId Id(RecordMap map, string key) => Id(map.Text(key));

    private static ResourceId Id(string text) =>
        ResourceId.TryCreate(text, out var id)
            ? id
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"'{text}' is no resource id"));
}
