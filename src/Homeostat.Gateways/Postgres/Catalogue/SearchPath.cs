namespace Homeostat.Gateways.Postgres.Catalogue;

/// <summary>
/// Where unqualified names are looked for: the setting <c>search_path</c> with PostgreSQL's implicit schemas around it.
/// </summary>
public sealed class SearchPath
{
    internal const string SystemSchema = "pg_catalog";
    private const string TemporaryAlias = "pg_temp";

    private readonly string[] _schemas;
    private readonly bool _explicitTemporary;

    private SearchPath(string[] schemas, bool explicitTemporary)
    {
        _schemas = schemas;
        _explicitTemporary = explicitTemporary;
    }

    /// <summary>What a server starts with.</summary>
    public static SearchPath Default { get; } = Parse("\"$user\", public", "");

    /// <summary>Only the schema of the server itself: deparsed definitions are written for it.</summary>
    internal static SearchPath System { get; } = new([SystemSchema], explicitTemporary: false);

    /// <summary>The value of the setting, for a role; schemas that do not exist or cannot be used are passed over later.</summary>
    public static SearchPath Parse(string setting, string role)
    {
        ArgumentNullException.ThrowIfNull(setting);
        var names = (IdentifierText.Split(setting, ',') ?? [])
            .Select(name => name == "$user" ? role : name)
            .Where(name => name.Length > 0);
        return Of([.. names]);
    }

    internal static SearchPath Of(string[] names) =>
        new(
            names.Contains(SystemSchema, StringComparer.Ordinal) ? names : [SystemSchema, .. names],
            names.Contains(TemporaryAlias, StringComparer.Ordinal)
        );

    /// <summary>The schemas in the order in which tables and types are looked for.</summary>
    internal IEnumerable<string> ForRelations(DatabaseCatalogue catalogue)
    {
        var temporary = catalogue.Own.TemporarySchema;
        if (!_explicitTemporary && temporary is not null)
        {
            yield return temporary;
        }

        foreach (var name in _schemas)
        {
            if (name == TemporaryAlias || name == temporary)
            {
                if (temporary is not null)
                {
                    yield return temporary;
                }
            }
            else if (catalogue.Schema(name) is { Usable: true })
            {
                yield return name;
            }
        }
    }

    /// <summary>The schemas in which functions and operators are looked for: never the temporary one.</summary>
    internal IEnumerable<string> ForFunctions(DatabaseCatalogue catalogue) =>
        ForRelations(catalogue).Where(name => name != catalogue.Own.TemporarySchema);

    /// <summary>The same key means the same path.</summary>
    public override string ToString() =>
        string.Join(", ", _schemas.Select(name => $"\"{name.Replace("\"", "\"\"")}\""));
}
