using System.Text.Json;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform;

namespace Homeostat.Estates.Tests.Terraform;

/// <summary>Loads small files that a test writes inline, and says what came of them in one line each.</summary>
internal static class TerraformText
{
    public static readonly DateTimeOffset PlannedAt = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static TerraformFile Load(string text, TerraformOptions? options = null)
    {
        var path = Write(text);
        try
        {
            return TerraformFile.Load(path, options);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public static string Write(string text)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.json");
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A raw version 4 state of resources named <c>type.name</c> with these attributes.</summary>
    public static string State(params (string Address, object Attributes)[] resources) =>
        JsonSerializer.Serialize(
            new
            {
                version = 4,
                terraform_version = "1.9.5",
                serial = 7,
                lineage = "5f1c",
                resources = resources.Select(resource => new
                {
                    mode = "managed",
                    type = resource.Address.Split('.')[0],
                    name = resource.Address.Split('.')[1],
                    provider = "provider[\"registry.terraform.io/hashicorp/aws\"]",
                    instances = new[] { new { attributes = resource.Attributes } },
                }),
            }
        );

    /// <summary>A plan of changes; each is an address, its actions, and its attributes before and after.</summary>
    public static string Plan(params (string Address, string Actions, object? Before, object? After)[] changes) =>
        JsonSerializer.Serialize(
            new
            {
                format_version = "1.2",
                terraform_version = "1.9.5",
                timestamp = PlannedAt,
                resource_changes = changes.Select(change => new
                {
                    address = change.Address,
                    mode = "managed",
                    type = change.Address.Split('.')[^2],
                    provider_name = "registry.terraform.io/hashicorp/aws",
                    change = new
                    {
                        actions = change.Actions.Split(','),
                        before = change.Before,
                        after = change.After,
                    },
                }),
            }
        );

    public static Resource Resource(this TerraformFile file, string id) => file.Record(id).Resource;

    public static EstateChange.Upsert Record(this TerraformFile file, string id) =>
        file.Records.OfType<EstateChange.Upsert>().Single(record => record.Resource.Id.Value == id);

    /// <summary>The relations that a record carries, as a person would say them, in alphabetical order.</summary>
    public static string[] Says(this TerraformFile file, string id) =>
        [.. file.Record(id).Relations.Select(Say).Order(StringComparer.Ordinal)];

    public static string[] Does(this TerraformFile file) => [.. file.Plan!.Effects().Select(Say)];

    private static string Say(Relation relation) =>
        relation switch
        {
            Relation.Needs { Members: [var only] } => $"needs {only}",
            Relation.Needs need => $"needs {need.K} of {string.Join(", ", need.Members)}",
            Relation.Contains contains => $"ends with {contains.Container}",
            Relation.EncryptedBy encrypted => $"is encrypted by {encrypted.Key}",
            Relation.Guards guards => $"guards {guards.Guarded} as {guards.Kind}",
            Relation.CopyOf copy => $"holds {copy.Role} of {copy.Asset}",
            Relation.Grants grants => $"lets {grants.Principal} {grants.Privilege} {grants.Target}",
            _ => relation.ToString(),
        };

    private static string Say(Effect effect) =>
        effect switch
        {
            Effect.Destroy { Recreated: true } destroy => $"recreate {destroy.Target} in {destroy.Duration}",
            Effect.Change change => $"change {change.Target} {change.Key}={change.Value} {change.Impact}",
            Effect.Create create => $"create {create.Target} as {create.Kind}",
            Effect.Expose expose => $"expose {expose.Target} to {expose.To} for {expose.What}",
            Effect.Grant grant => $"grant {grant.Principal} {grant.Privilege} on {grant.Target}",
            Effect.Detach detach => $"detach {detach.Target} from {detach.From?.Value ?? "management"}",
            Effect.Attach attach => $"attach {attach.Target} to {attach.To}",
            Effect.DisableGuard disable => $"disable guard {disable.Target}",
            Effect.LoseData lose => $"lose data of {lose.Asset}",
            Effect.Unknown unknown => $"unknown {unknown.Target}: {unknown.What}",
            _ => $"{effect.Operation.ToString().ToLowerInvariant()} {effect.Target}",
        };
}
