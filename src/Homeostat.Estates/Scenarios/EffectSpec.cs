using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;

namespace Homeostat.Estates.Scenarios;

/// <summary>One effect as the file states it: what is done, and to what; it becomes effects when the step is posed.</summary>
internal sealed record EffectSpec(Targets Targets, Func<ResourceId, EstateSnapshot, IEnumerable<Effect>> Make)
{
    public IEnumerable<Effect> In(EstateSnapshot estate) => Targets.In(estate).SelectMany(id => Make(id, estate));
}

/// <summary>Reads the effects of a step.</summary>
internal sealed class EffectFields(ErrorList errors)
{
    private static readonly Dictionary<
        string,
        Func<Fields, Func<ResourceId, EstateSnapshot, IEnumerable<Effect>>>
    > Verbs = new(StringComparer.Ordinal)
    {
        ["destroy"] = Destroy,
        ["stop"] = fields => One(id => new Effect.Stop(id)),
        ["start"] = fields => One(id => new Effect.Start(id)),
        ["restart"] = fields => One(id => new Effect.Change(id, "restart", FactValue.Of(true), ChangeImpact.Restart)),
        ["create"] = Create,
        ["change"] = Change,
        ["detach"] = Detach,
        ["attach"] = Attach,
        ["promote"] = fields => One(id => new Effect.Promote(id)),
        ["lose-data"] = LoseData,
        ["expose"] = Expose,
        ["grant"] = Grant,
        ["revoke"] = Revoke,
        ["disable-guard"] = fields => One(id => new Effect.DisableGuard(id)),
        ["read"] = fields =>
            Fixed(fields.Text("classification") ?? "unclassified", text => id => new Effect.Read(id, text)),
        ["delegate"] = Delegate,
        ["unknown"] = fields =>
            Fixed(fields.RequiredText("what", "runs a script"), text => id => new Effect.Unknown(id, text)),
    };

    private static readonly string[] Common = ["in", "takes", "if", "undo"];

    public EffectSpec? Read(MapNode map)
    {
        var fields = new Fields(map, "an effect", errors);
        var verbs = map.Entries.Where(entry => Verbs.ContainsKey(entry.Key)).ToArray();
        if (verbs.Length != 1)
        {
            errors.Add(
                map,
                verbs.Length == 0 ? $"an effect says not what is done{Unknown(map)}" : "an effect says two things",
                $"write one of {string.Join(", ", Verbs.Keys)}, with what it is done to"
            );
            return null;
        }

        var verb = verbs[0].Key;
        var targets = Targets.Read(fields, verb);
        var make = Verbs[verb](fields);
        var common = CommonOf(fields);
        fields.Done();
        return new EffectSpec(targets, (id, estate) => make(id, estate).Select(common));
    }

    /// <summary>The word that stands where a verb should.</summary>
    private static string Unknown(MapNode map) =>
        map.Entries.FirstOrDefault(entry => !Common.Contains(entry.Key)) is { Key: var word }
            ? $": {word} is no verb{Suggestion.DidYouMean(word, Verbs.Keys).TrimEnd('?')}"
            : "";

    /// <summary>When, for how long, under what condition, and what the way back is.</summary>
    private Func<Effect, Effect> CommonOf(Fields fields)
    {
        var delay = fields.Time("in") ?? TimeSpan.Zero;
        var duration = fields.Time("takes");
        var condition = fields.Node("if") is ScalarNode text ? PredicateText.Read(text, errors) : null;
        var undo = fields.MapOf("undo") is { } map ? Undo(fields.Of(map, "undo")) : null;
        return effect => effect with { Delay = delay, Duration = duration, Condition = condition, Undo = undo };
    }

    private static Undo Undo(Fields fields)
    {
        var possible = !fields.Flag("impossible");
        var by = fields.Text("by") ?? "the way that the step states";
        ResourceId[] needs =
        [
            .. (fields.Texts("needs") ?? [])
                .Where(id => ResourceId.TryCreate(id, out _))
                .Select(id => new ResourceId(id)),
        ];
        var within = fields.Time("within");
        fields.Done();
        return new Undo(possible, by, needs) { Within = within };
    }

    private static Func<ResourceId, EstateSnapshot, IEnumerable<Effect>> One(Func<ResourceId, Effect> make) =>
        (id, _) => [make(id)];

    private static Func<ResourceId, EstateSnapshot, IEnumerable<Effect>> Fixed<T>(
        T value,
        Func<T, Func<ResourceId, Effect>> make
    ) => One(make(value));

    private static Func<ResourceId, EstateSnapshot, IEnumerable<Effect>> Destroy(Fields fields)
    {
        var recreated = fields.Flag("recreated");
        return One(id => new Effect.Destroy(id) { Recreated = recreated });
    }

    private static Func<ResourceId, EstateSnapshot, IEnumerable<Effect>> Create(Fields fields)
    {
        var kind = fields.RequiredText("kind", "database");
        if (kind.Length > 0 && fields.Node("kind") is { } stated)
        {
            fields.Kind(stated, kind);
        }

        var location = new Location(
            fields.Text("provider"),
            fields.Text("account"),
            fields.Text("region"),
            fields.Text("zone")
        );
        var environments = fields.Texts("environments") ?? [];
        return One(id => new Effect.Create(id, new ResourceKind(kind.Length == 0 ? "unknown" : kind))
        {
            Location = location,
            Environments = environments,
        });
    }

    private static Func<ResourceId, EstateSnapshot, IEnumerable<Effect>> Change(Fields fields)
    {
        var key = fields.RequiredText("key", "version");
        fields.RequiredText("value", "2");
        var value = fields.Node("value") is ScalarNode scalar ? ResourceFields.ValueOf(scalar) : default;
        var impact = fields.Choice<ChangeImpact>("impact") ?? ChangeImpact.Unknown;
        return One(id => new Effect.Change(id, key, value, impact));
    }

    private static Func<ResourceId, EstateSnapshot, IEnumerable<Effect>> Detach(Fields fields)
    {
        var from = Targets.Read(fields, "from");
        return (id, estate) =>
            from.In(estate) is { Count: > 0 } all
                ? all.Select(other => new Effect.Detach(id, other))
                : [new Effect.Detach(id, null)];
    }

    private static Func<ResourceId, EstateSnapshot, IEnumerable<Effect>> Attach(Fields fields)
    {
        var to = Targets.Read(fields, "to");
        var needed = fields.Flag("needed");
        return (id, estate) => to.In(estate).Select(other => new Effect.Attach(id, other) { TargetNeedsIt = needed });
    }

    /// <summary>Without an asset: every asset that the target holds a copy of.</summary>
    private static Func<ResourceId, EstateSnapshot, IEnumerable<Effect>> LoseData(Fields fields)
    {
        var asset = fields.Text("asset");
        var rows = fields.Whole("rows", 0, int.MaxValue);
        var ofCopyOnly = fields.Flag("copy-only");
        return (id, estate) =>
            (
                asset is { Length: > 0 }
                    ? [new AssetId(asset)]
                    : estate.RelationsOf(id).OfType<Relation.CopyOf>().Select(copy => copy.Asset).Distinct()
            ).Select(lost => new Effect.LoseData(id, lost, new Extent(rows)) { OfCopyOnly = ofCopyOnly });
    }

    private static Func<ResourceId, EstateSnapshot, IEnumerable<Effect>> Expose(Fields fields)
    {
        var to = fields.RequiredText("to", "the internet");
        var what = fields.Choice<Privilege>("privilege") ?? Privilege.Administer;
        var principals = fields.Whole("principals", 1, int.MaxValue) ?? int.MaxValue;
        return One(id => new Effect.Expose(id, to, what) { Principals = principals });
    }

    private static Func<ResourceId, EstateSnapshot, IEnumerable<Effect>> Grant(Fields fields)
    {
        var principals = Targets.Read(fields, "to");
        var privilege = fields.Choice<Privilege>("privilege") ?? Privilege.Administer;
        return (id, estate) => principals.In(estate).Select(principal => new Effect.Grant(id, principal, privilege));
    }

    private static Func<ResourceId, EstateSnapshot, IEnumerable<Effect>> Revoke(Fields fields)
    {
        var principals = Targets.Read(fields, "from");
        return (id, estate) => principals.In(estate).Select(principal => new Effect.Revoke(id, principal));
    }

    private static Func<ResourceId, EstateSnapshot, IEnumerable<Effect>> Delegate(Fields fields)
    {
        var principals = Targets.Read(fields, "to");
        var trigger = fields.RequiredText("trigger", "a nightly job");
        return (id, estate) => principals.In(estate).Select(principal => new Effect.Delegate(id, principal, trigger));
    }
}

/// <summary>Reads <c>db-1 cpu_percent &lt; 5</c>.</summary>
internal static class PredicateText
{
    private static readonly Dictionary<string, Comparison> Comparisons = new(StringComparer.Ordinal)
    {
        ["="] = Comparison.Equal,
        ["!="] = Comparison.NotEqual,
        ["<"] = Comparison.Less,
        ["<="] = Comparison.LessOrEqual,
        [">"] = Comparison.Greater,
        [">="] = Comparison.GreaterOrEqual,
    };

    public static Predicate? Read(ScalarNode node, ErrorList errors)
    {
        var parts = node.Text.Split(' ', 4, StringSplitOptions.RemoveEmptyEntries);
        if (
            parts.Length == 4
            && ResourceId.TryCreate(parts[0], out var subject)
            && Comparisons.TryGetValue(parts[2], out var comparison)
        )
        {
            return new Predicate(subject, parts[1], comparison, ValueOf(parts[3], node));
        }

        errors.Add(node, $"\"{node.Text}\" is not a statement about a fact", "write `db-1 cpu_percent < 5`");
        return null;
    }

    /// <summary>The same without a resource, to be said of each target.</summary>
    public static Func<ResourceId, Predicate>? ReadEach(ScalarNode node, ErrorList errors)
    {
        var parts = node.Text.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 3 && Comparisons.TryGetValue(parts[1], out var comparison))
        {
            var value = ValueOf(parts[2], node);
            return subject => new Predicate(subject, parts[0], comparison, value);
        }

        errors.Add(node, $"\"{node.Text}\" is not a statement about a fact", "write `cpu_percent < 5`");
        return null;
    }

    private static FactValue ValueOf(string text, ScalarNode node) =>
        ResourceFields.ValueOf(new ScalarNode(node.Line, text.Trim(), IsQuoted: false));
}
