using System.Collections.Concurrent;
using System.Text.Json;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Terraform.Types;

/// <summary>What is known of resource types; docs/terraform.md says how to extend it.</summary>
internal sealed class TypeTable
{
    private const string ResourceName = "Homeostat.Estates.Terraform.Types.aws-types.json";

    private static readonly Lazy<TypeTable> Embedded = new(LoadEmbedded);

    private readonly Dictionary<string, TypeRule> _rules;
    private readonly TypeRule _common;
    private readonly ConcurrentDictionary<string, TypeRule> _unknown = new();

    private TypeTable(Dictionary<string, TypeRule> rules, TypeRule common) => (_rules, _common) = (rules, common);

    public static TypeTable Aws => Embedded.Value;

    public IReadOnlyCollection<TypeRule> Rules => _rules.Values;

    /// <summary>The rule of a type; of a type that is not in the table: a kind without transitions, all references kept.</summary>
    public TypeRule Of(string type) =>
        _rules.GetValueOrDefault(type)
        ?? _unknown.GetOrAdd(
            type,
            static (name, common) =>
                common with
                {
                    Type = name,
                    Kind = new ResourceKind($"terraform:{name}"),
                    IsKnown = false,
                    Identifiers = ["id", "arn", "self_link"],
                },
            _common
        );

    /// <exception cref="EstateSourceException">The table is not valid; the message lists every error with its place.</exception>
    public static TypeTable Read(string name, ReadOnlyMemory<byte> json)
    {
        var errors = new List<string>();
        using var document = Parse(name, json);
        var reader = new TypeRuleReader(document.RootElement, errors);
        var rules = reader.ReadAll();
        var common = reader.Common;
        return errors.Count == 0
            ? new TypeTable(rules, common)
            : throw new EstateSourceException($"{name}: {string.Join($"{Environment.NewLine}{name}: ", errors)}");
    }

    private static JsonDocument Parse(string name, ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(
                json,
                new JsonDocumentOptions
                {
                    AllowDuplicateProperties = false,
                    AllowTrailingCommas = true,
                    CommentHandling = JsonCommentHandling.Skip,
                }
            );
        }
        catch (JsonException error)
        {
            throw new EstateSourceException(
                $"{name}: line {error.LineNumber + 1}: not valid JSON; every type stands in the table once",
                error
            );
        }
    }

    private static TypeTable LoadEmbedded()
    {
        using var stream =
            typeof(TypeTable).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"the assembly was built without {ResourceName}");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return Read("aws-types.json", memory.ToArray());
    }
}
