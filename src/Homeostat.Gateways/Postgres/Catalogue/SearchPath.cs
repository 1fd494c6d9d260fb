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
        var names = Identifiers(setting).Select(name => name == "$user" ? role : name).Where(name => name.Length > 0);
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

    /// <summary>Splits as PostgreSQL's SplitIdentifierString: quoted parts as they are, others in lower case.</summary>
    private static List<string> Identifiers(string setting)
    {
        var names = new List<string>();
        for (var at = 0; at < setting.Length; )
        {
            if (char.IsWhiteSpace(setting[at]) || setting[at] == ',')
            {
                at++;
            }
            else
            {
                names.Add(setting[at] == '"' ? Quoted(setting, ref at) : Plain(setting, ref at));
            }
        }

        return names;
    }

    private static string Plain(string setting, ref int at)
    {
        var start = at;
        while (at < setting.Length && setting[at] != ',' && !char.IsWhiteSpace(setting[at]))
        {
            at++;
        }

        return setting[start..at].ToLowerInvariant();
    }

    private static string Quoted(string setting, ref int at)
    {
        var name = new System.Text.StringBuilder();
        for (at++; at < setting.Length; at++)
        {
            if (setting[at] != '"')
            {
                name.Append(setting[at]);
            }
            else if (at + 1 < setting.Length && setting[at + 1] == '"')
            {
                name.Append('"');
                at++;
            }
            else
            {
                at++;
                break;
            }
        }

        return name.ToString();
    }
}
