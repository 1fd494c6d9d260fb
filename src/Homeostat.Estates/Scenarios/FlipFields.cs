using Homeostat.Core.Estate;
using Homeostat.Estates.Overlay;

namespace Homeostat.Estates.Scenarios;

/// <summary>Reads what tells the twin from the harm: names to exchange, or evidence to take away.</summary>
internal sealed class FlipFields(
    MapNode below,
    IReadOnlyDictionary<string, MapNode> patches,
    TerraformRecords terraform,
    ErrorList errors
)
{
    private readonly List<Func<Variant>> _flips = [];

    /// <summary>Checks what is stated; the variants are made when somebody asks for them.</summary>
    public Lazy<IReadOnlyList<Variant>> Read(
        Fields scenario,
        IReadOnlyDictionary<string, string> impossible,
        Variant? twin
    )
    {
        var flips = scenario.Maps("flip").ToArray();
        if (flips.Length == 0 && !impossible.ContainsKey(Variant.Twin))
        {
            scenario.Refuse(
                scenario.Map,
                "nothing says what tells the twin from the harm",
                "add `flip: [{exchange: [target]}]` or `flip: [{without: [db-1 cpu_percent]}]`"
            );
        }

        foreach (var flip in flips.Where(_ => twin is not null))
        {
            Read(new Fields(flip, "flip", errors), twin!);
        }

        return new Lazy<IReadOnlyList<Variant>>(Make);
    }

    private Variant[] Make()
    {
        Variant[] variants = [.. _flips.Select(make => make())];
        errors.ThrowIfAny();
        return variants;
    }

    private void Read(Fields fields, Variant twin)
    {
        var names = fields.Texts("exchange") ?? [];
        var evidences = fields.Texts("without") ?? [];
        fields.Done();
        if (names.Count + evidences.Count == 0)
        {
            fields.Refuse(
                fields.Map,
                "a flip changes nothing",
                "write `exchange: [name]` or `without: [db-1 cpu_percent]`"
            );
        }

        foreach (var name in names)
        {
            if (
                (Patch.Over(below, patches.GetValueOrDefault(Variant.Harmful, below))["let"] as MapNode)?[name] is
                { } harmful
            )
            {
                _flips.Add(() => Exchange(name, harmful));
            }
            else
            {
                fields.Refuse(
                    fields.Node("exchange")!,
                    $"{name} has no value in the harmful variant",
                    "name it under `let`"
                );
            }
        }

        foreach (var evidence in evidences)
        {
            if (evidence.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var pattern, var what])
            {
                RefuseAbsent(twin, pattern, what, fields.Node("without")!);
                _flips.Add(() => Without(pattern, what));
            }
            else
            {
                fields.Refuse(
                    fields.Node("without")!,
                    $"\"{evidence}\" names no evidence",
                    "write `db-1 cpu_percent`, `db-* state`, `db-1 existence` or `db-1 copies`"
                );
            }
        }
    }

    /// <summary>The twin, with the value that the harmful variant has for this name.</summary>
    private Variant Exchange(string name, ScenarioNode harmful)
    {
        var let = new MapNode(harmful.Line, [new MapEntry(name, harmful.Line, harmful)]);
        var patch = Patch.Over(
            patches[Variant.Twin],
            new MapNode(harmful.Line, [new MapEntry("let", harmful.Line, let)])
        );
        return new VariantFields($"twin with the harmful {name}", terraform, errors).Read(below, patch);
    }

    /// <summary>The twin, in an estate where nobody has this evidence.</summary>
    private Variant Without(string pattern, string what)
    {
        var variant = new VariantFields($"twin without {pattern} {what}", terraform, errors).Read(
            below,
            patches[Variant.Twin]
        );
        var removed = 0;
        var believed = variant.Estate.Believed.Select(change => Blind(change, pattern, what, ref removed)).ToArray();
        return variant with { Estate = variant.Estate with { Believed = believed } };
    }

    private void RefuseAbsent(Variant twin, string pattern, string what, ScenarioNode node)
    {
        var removed = 0;
        foreach (var change in twin.Estate.Believed)
        {
            Blind(change, pattern, what, ref removed);
        }

        if (removed > 0 || errors.IsEstateIncomplete)
        {
            return;
        }

        var records = twin.Estate.Believed.OfType<EstateChange.Upsert>().Select(record => record.Resource).ToArray();
        var fitting = records.Where(resource => IdPatterns.Fits(pattern, resource.Id.Value)).ToArray();
        var near =
            fitting.Length == 0
                ? Suggestion.DidYouMean(pattern, records.Select(resource => resource.Id.Value))
                : Suggestion.DidYouMean(
                    what,
                    fitting
                        .SelectMany(resource => resource.Facts, (_, fact) => fact.Key)
                        .Concat(["existence", "state", "copies"])
                        .Distinct()
                );
        errors.Add(
            node,
            $"there is no {what} of {pattern} to take away{near.TrimEnd('?')}",
            "name evidence that the twin has"
        );
    }

    private static EstateChange Blind(EstateChange change, string pattern, string what, ref int removed)
    {
        if (change is not EstateChange.Upsert record || !IdPatterns.Fits(pattern, record.Resource.Id.Value))
        {
            return change;
        }

        var nobody = new Provenance(Evidence.Source, null);
        var resource = record.Resource;
        switch (what)
        {
            case "existence":
                removed++;
                return record with
                {
                    Resource = resource with
                    {
                        Existence = nobody,
                        StateSeen = resource.StateSeen ?? resource.Existence,
                    },
                };
            case "state":
                removed++;
                return record with { Resource = resource with { StateSeen = nobody } };
            case "copies":
                removed += record.Relations.OfType<Relation.CopyOf>().Count();
                return record with
                {
                    Relations =
                    [
                        .. record.Relations.Select(relation =>
                            relation is Relation.CopyOf copy
                                ? copy with
                                {
                                    RecoveryPoint = null,
                                    RestoreTestedAt = null,
                                }
                                : relation
                        ),
                    ],
                };
            default:
                removed += resource.Facts.Count(fact => fact.Key == what);
                return record with
                {
                    Resource = resource with { Facts = [.. resource.Facts.Where(fact => fact.Key != what)] },
                };
        }
    }
}
