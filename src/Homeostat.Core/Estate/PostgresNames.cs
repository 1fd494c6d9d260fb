using System.Text;

namespace Homeostat.Core.Estate;

/// <summary>
/// The ids of a PostgreSQL server's objects, which the source that lists them and the gateway that acts on them must share: <c>pg:cluster/database/schema.table</c> for whatever is a relation,
/// <c>pg:cluster/database#kind/schema.name</c> for the rest, <c>pg:cluster#kind/name</c> for what all databases share.
/// A part that is not of letters, digits, <c>_</c>, <c>$</c> and <c>-</c> stands in quotes, so that two names are never one id.
/// </summary>
public sealed class PostgresNames(string cluster, string database)
{
    private readonly string _cluster = "pg:" + Part(cluster);
    private readonly string _database = $"pg:{Part(cluster)}/{Part(database)}";

    public ResourceId Cluster => Id(_cluster);

    public ResourceId Database => Id(_database);

    /// <summary>How the ids of all begin that is in the database.</summary>
    public IReadOnlyList<string> InDatabase => [_database + "/", _database + "#"];

    public ResourceId OtherDatabase(string name) => Id($"{_cluster}/{Part(name)}");

    public ResourceId Relation(string schema, string name) => Id($"{_database}/{Part(schema)}.{Part(name)}");

    /// <summary>The data of a relation, which its copies share.</summary>
    public AssetId Asset(string schema, string name) => new(Relation(schema, name).Value);

    /// <summary>The data of the whole database.</summary>
    public AssetId DatabaseAsset(string? name = null) => new((name is null ? Database : OtherDatabase(name)).Value);

    /// <summary>Whether the one is the data of a database and the other that of a relation in it: who copies the one copies the other.</summary>
    public static bool Covers(AssetId database, AssetId relation)
    {
        var (whole, part) = (database.Value, relation.Value);
        return whole.StartsWith("pg:", StringComparison.Ordinal)
            && part.Length > whole.Length + 1
            && part[whole.Length] is '/'
            && whole.Contains('/', StringComparison.Ordinal)
            && part.StartsWith(whole, StringComparison.Ordinal);
    }

    /// <summary>An object of the database that is no relation: <c>function</c>, <c>type</c>, <c>schema</c>.</summary>
    public ResourceId Object(string kind, IReadOnlyList<string> names) =>
        Id($"{_database}#{kind}/{string.Join('.', names.Select(Part))}");

    /// <summary>An object that all databases of the cluster share: <c>role</c>, <c>tablespace</c>, <c>setting</c>.</summary>
    public ResourceId Shared(string kind, string name) => Id($"{_cluster}#{kind}/{Part(name)}");

    public ResourceId Role(string name) => Shared("role", name);

    /// <summary>What is too long for an id is its hash, under the cluster it belongs to.</summary>
    private ResourceId Id(string text) =>
        ResourceId.TryCreate(text, out var id) ? id : new ResourceId($"{_cluster}#long/{Hash(text)}");

    private static string Hash(string text) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Part(string name)
    {
        if (name.Length is > 0 and <= Limits.MaxNameInId && name.All(IsPlain))
        {
            return name;
        }

        if (name.Length > Limits.MaxNameInId)
        {
            return $"\"sha256:{Hash(name)}\"";
        }

        var quoted = new StringBuilder("\"");
        foreach (var character in name)
        {
            quoted.Append(
                char.IsControl(character) || character is '\\' ? $"\\u{(int)character:x4}"
                : character is '"' ? "\"\""
                : character.ToString()
            );
        }

        return quoted.Append('"').ToString();
    }

    private static bool IsPlain(char character) =>
        char.IsAsciiLetterOrDigit(character) || character is '_' or '$' or '-';
}
