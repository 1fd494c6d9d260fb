using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform.Types;

namespace Homeostat.Estates.Terraform;

/// <summary>From the instances that a reader found to the records of the model.</summary>
internal static class EstateBuilder
{
    /// <exception cref="EstateSourceException">An address is no id or stands in the file twice.</exception>
    public static List<EstateChange> Build(
        TerraformDocument document,
        IReadOnlyList<TerraformInstance> instances,
        Configuration? configuration,
        Locations locations,
        Provenance provenance
    )
    {
        var table = TypeTable.Aws;
        var ids = Identify(document, instances);
        var records = new RecordBuilder(provenance, locations, table);
        var resources = instances.Select(records.Build).ToList();
        var finder = new ReferenceFinder(instances, new IdentifierIndex(instances, table), table);
        var links = new Links(ids);
        var relations = new RelationBuilder(instances, ids, finder, table, links);
        var data = new DataBuilder(instances, resources, finder, table, provenance, links);
        var pseudo = new List<EstateChange>();
        for (var i = 0; i < instances.Count; i++)
        {
            relations.Add(i, configuration);
            RefuseTooManyNeeds(document, links, instances[i]);
            pseudo.AddRange(data.Add(i));
        }

        new Grants(instances, ids, finder, table, links).Add();
        foreach (var queue in relations.DeadLetterQueues)
        {
            var fact = new Fact("dead_letter_queue", FactValue.Of(flag: true), provenance, EvidenceClass.Existence);
            resources[queue] = resources[queue] with { Facts = [.. resources[queue].Facts, fact] };
        }

        var carried = links.ByCarrier();
        var changes = new List<EstateChange>(resources.Count + pseudo.Count);
        changes.AddRange(resources.Select((resource, i) => new EstateChange.Upsert(resource, carried[i])));
        changes.AddRange(pseudo);
        return changes;
    }

    private static void RefuseTooManyNeeds(TerraformDocument document, Links links, TerraformInstance instance)
    {
        if (links.NeedCount > TerraformLimits.MaxNeeds)
        {
            throw document.Refuse(
                instance.Id,
                $"the references up to here make more than {TerraformLimits.MaxNeeds} needs",
                "give the state instead of the plan, whose values name single instances"
            );
        }
    }

    /// <summary>One object at two addresses: whoever destroys either destroys both.</summary>
    public static IEnumerable<string> Warnings(IReadOnlyList<TerraformInstance> instances) =>
        instances
            .Where(instance => instance.CloudId is { Length: > 0 } && TypeTable.Aws.Of(instance.Type).IsKnown)
            .GroupBy(instance => (instance.Type, instance.CloudId))
            .Where(group => group.Skip(1).Any())
            .Select(group =>
                $"{string.Join(" and ", group.Select(instance => instance.Id))} are the same object, {group.Key.CloudId}: "
                + "destroying one destroys the other"
            )
            .Take(TerraformLimits.MaxWarnings);

    private static ResourceId[] Identify(TerraformDocument document, IReadOnlyList<TerraformInstance> instances)
    {
        if (instances.Count > Core.Limits.MaxResources)
        {
            throw document.Refuse(
                "resources",
                $"there are {instances.Count}, more than the limit of {Core.Limits.MaxResources}",
                "split the configuration into smaller states"
            );
        }

        var seen = new HashSet<string>(instances.Count, StringComparer.Ordinal);
        var twice = instances.Select(instance => instance.Id).Where(id => !seen.Add(id)).Distinct().ToList();
        if (twice.Count > 0)
        {
            var shown = string.Join(", ", twice.Take(TerraformLimits.MaxListedDifferences));
            throw document.Refuse(
                twice[0],
                $"{twice.Count} addresses stand in the file more than once ({shown})",
                "an address names one object: take one of them out with `terraform state rm`, or pull the state again"
            );
        }

        return [.. instances.Select(instance => ToId(document, instance.Id))];
    }

    private static ResourceId ToId(TerraformDocument document, string text) =>
        ResourceId.TryCreate(text, out var id)
            ? id
            : throw document.Refuse(
                text.Length > 80 ? text[..80] + "…" : text,
                "the address cannot be an id (it is too long, or has a character for control or for the direction of text)",
                "rename the resource or its key"
            );
}
