using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform;

namespace Homeostat.Estates.Scenarios;

/// <summary>
/// The estate of a Terraform plan or state that a scenario begins with, read once for all of its variants; entries under
/// <c>resources</c> with an id of the file say what the file does not.
/// </summary>
/// <param name="folder">Where the scenario's file stands: paths in it count from there.</param>
internal sealed class TerraformRecords(string folder, ErrorList errors)
{
    private readonly Dictionary<string, EstateChange.Upsert> _records = new(StringComparer.Ordinal);
    private (string Path, DateTimeOffset ObservedAt)? _read;

    /// <summary>What the file says of data.</summary>
    public IReadOnlyList<EstateChange.Asset> Assets { get; private set; } = [];

    public bool Has(string id) => _records.ContainsKey(id);

    /// <summary>The ids that the file names; none where the estate names no file, or the file cannot be read.</summary>
    public IReadOnlyCollection<string> Read(
        Fields estate,
        Evidence evidence,
        IReadOnlyDictionary<string, ScenarioNode> values,
        Template template
    )
    {
        var age = estate.Time("observed") ?? TimeSpan.Zero;
        if (
            estate.Node("terraform") is not { } node
            || template.Fill(node, values) is not ScalarNode { Text: var name }
        )
        {
            _records.Clear();
            (_read, Assets) = (null, []);
            return [];
        }

        var path = Path.GetFullPath(Path.Combine(folder, name));
        if (_read != (path, evidence.Now - age))
        {
            _read = (path, evidence.Now - age);
            Load(path, name, node, evidence.Now - age);
        }

        return _records.Keys;
    }

    /// <summary>What the scenario says of the resource, over what the file says.</summary>
    public EstateChange.Upsert? Read(string id, MapNode node, ResourceFields reader)
    {
        if (!_records.TryGetValue(id, out var known))
        {
            return reader.Read(node);
        }

        if (node.Entries.Count == 1)
        {
            return known;
        }

        var kind = new MapEntry("kind", node.Line, new ScalarNode(node.Line, known.Resource.Kind.Name, IsQuoted: true));
        var stated = node["kind"] is null
            ? reader.Read(node with { Entries = [.. node.Entries, kind] }, isKindKnown: true)
            : reader.Read(node);
        return stated is null ? null : Over(known, stated, node);
    }

    private static EstateChange.Upsert Over(EstateChange.Upsert known, EstateChange.Upsert stated, MapNode node)
    {
        var resource = known.Resource;
        var said = stated.Resource;
        return new EstateChange.Upsert(
            resource with
            {
                Kind = said.Kind,
                Tier = said.Tier ?? resource.Tier,
                Environments = said.Environments.Count > 0 ? said.Environments : resource.Environments,
                Owner = said.Owner ?? resource.Owner,
                State = node["state"] is null ? resource.State : said.State,
                Existence = node["seen"] is null ? resource.Existence : said.Existence,
                StateSeen = said.StateSeen ?? resource.StateSeen,
                RebuildTime = said.RebuildTime ?? resource.RebuildTime,
                OutageTolerance = node["tolerance"] is null ? resource.OutageTolerance : said.OutageTolerance,
                ExposureLimit = said.ExposureLimit ?? resource.ExposureLimit,
                Facts =
                [
                    .. resource.Facts.Where(fact => said.Facts.All(other => other.Key != fact.Key)),
                    .. said.Facts,
                ],
            },
            [.. known.Relations, .. stated.Relations]
        );
    }

    private void Load(string path, string name, ScenarioNode node, DateTimeOffset observedAt)
    {
        _records.Clear();
        Assets = [];
        try
        {
            var file = TerraformFile.Load(path, new TerraformOptions { ObservedAt = observedAt });
            Assets = [.. file.Records.OfType<EstateChange.Asset>()];
            foreach (var record in file.Records.OfType<EstateChange.Upsert>())
            {
                _records[record.Resource.Id.Value] = record;
            }
        }
        catch (EstateSourceException refusal)
        {
            errors.Add(
                node,
                $"{name} cannot be read: {refusal.Message}",
                "name a Terraform plan or state beside this file"
            );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            errors.Add(
                node,
                $"{name} cannot be read: {failure.Message}",
                "name a Terraform plan or state beside this file"
            );
        }
    }
}
