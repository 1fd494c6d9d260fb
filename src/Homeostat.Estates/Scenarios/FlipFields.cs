using Homeostat.Core.Estate;

namespace Homeostat.Estates.Scenarios;

/// <summary>Reads what tells the twin from the harm: names to exchange, or evidence to take away.</summary>
internal sealed class FlipFields(MapNode below, IReadOnlyDictionary<string, MapNode> patches, ErrorList errors)
{
    public IReadOnlyList<Variant> Read(Fields scenario, IReadOnlyDictionary<string, string> impossible)
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

        return patches.ContainsKey(Variant.Twin) ? [.. flips.SelectMany(Read)] : [];
    }

    private IEnumerable<Variant> Read(MapNode flip)
    {
        var fields = new Fields(flip, "flip", errors);
        var variants = new List<Variant>();
        foreach (var name in fields.Texts("exchange") ?? [])
        {
            variants.Add(Exchange(name, flip));
        }

        foreach (var evidence in fields.Texts("without") ?? [])
        {
            variants.Add(Without(evidence, fields));
        }

        fields.Done();
        if (variants.Count == 0)
        {
            errors.Add(flip, "a flip changes nothing", "write `exchange: [name]` or `without: [db-1 cpu_percent]`");
        }

        return variants;
    }

    /// <summary>The twin, with the value that the harmful variant has for this name.</summary>
    private Variant Exchange(string name, MapNode flip)
    {
        var harmful = (Patch.Over(below, patches[Variant.Harmful])["let"] as MapNode)?[name];
        var twin = patches[Variant.Twin];
        if (harmful is null)
        {
            errors.Add(flip, $"{name} has no value in the harmful variant", "name it under `let`");
        }

        var let = new MapNode(
            flip.Line,
            [new MapEntry(name, flip.Line, harmful ?? new ScalarNode(flip.Line, "-", false))]
        );
        var patch = Patch.Over(twin, new MapNode(flip.Line, [new MapEntry("let", flip.Line, let)]));
        return new VariantFields($"twin with the harmful {name}", errors).Read(below, patch);
    }

    /// <summary>The twin, in an estate where nobody has this evidence.</summary>
    private Variant Without(string evidence, Fields fields)
    {
        var variant = new VariantFields($"twin without {evidence}", errors).Read(below, patches[Variant.Twin]);
        var parts = evidence.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 2)
        {
            fields.Refuse(
                fields.Node("without")!,
                $"\"{evidence}\" names no evidence",
                "write `db-1 cpu_percent`, `db-* state`, `db-1 existence` or `db-1 copies`"
            );
            return variant;
        }

        var removed = 0;
        var believed = variant
            .Estate.Believed.Select(change => Blind(change, parts[0], parts[1], ref removed))
            .ToArray();
        if (removed == 0)
        {
            fields.Refuse(
                fields.Node("without")!,
                $"there is no {parts[1]} of {parts[0]} to take away",
                "name evidence that the twin has"
            );
        }

        return variant with
        {
            Estate = variant.Estate with { Believed = believed },
        };
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
