using System.Globalization;
using System.Text;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Postgres;

/// <summary>What an id of <see cref="PostgresNames"/> names: the way back from an id to the catalogue.</summary>
/// <param name="Database">Null where all databases share it.</param>
/// <param name="Kind">Null for the cluster, a database and a relation.</param>
/// <param name="Names">Schema and name of a relation; the names after the kind of anything else.</param>
internal sealed record PostgresId(string Cluster, string? Database, string? Kind, IReadOnlyList<string> Names)
{
    private const string Prefix = "pg:";

    public bool IsRelation => Database is not null && Kind is null && Names.Count == 2;

    public bool IsDatabase => Database is not null && Kind is null && Names.Count == 0;

    /// <summary>Null where the text is no such id, names by a hash, or is not exactly what the names give.</summary>
    public static PostgresId? Parse(ResourceId id)
    {
        var reader = new Reader(id.Value);
        return
            reader.Skip(Prefix)
            && reader.Part() is { } cluster
            && Rest(reader, cluster) is { } parsed
            && reader.IsAtEnd
            && parsed.Again() == id
            ? parsed
            : null;
    }

    private static PostgresId? Rest(Reader reader, string cluster)
    {
        if (reader.IsAtEnd)
        {
            return new PostgresId(cluster, null, null, []);
        }

        if (reader.Skip("#"))
        {
            return reader.Kind() is { } shared && reader.Part() is { } name
                ? new PostgresId(cluster, null, shared, [name])
                : null;
        }

        return reader.Skip("/") && reader.Part() is { } database ? InDatabase(reader, cluster, database) : null;
    }

    private static PostgresId? InDatabase(Reader reader, string cluster, string database)
    {
        if (reader.IsAtEnd)
        {
            return new PostgresId(cluster, database, null, []);
        }

        if (reader.Skip("/"))
        {
            return reader.Parts() is { Count: 2 } relation ? new PostgresId(cluster, database, null, relation) : null;
        }

        return reader.Skip("#") && reader.Kind() is { } kind && reader.Parts() is { } names
            ? new PostgresId(cluster, database, kind, names)
            : null;
    }

    /// <summary>The id that the names give; another text that reads the same is no id of anything.</summary>
    private ResourceId Again()
    {
        var names = new PostgresNames(Cluster, Database ?? "");
        return this switch
        {
            { Database: null, Kind: null } => names.Cluster,
            { Database: null, Kind: { } shared } => names.Shared(shared, Names[0]),
            { Kind: { } kind } => names.Object(kind, Names),
            { Names.Count: 2 } => names.Relation(Names[0], Names[1]),
            _ => names.Database,
        };
    }

    /// <summary>Reads an id from its beginning.</summary>
    private sealed class Reader(string text)
    {
        private int _at;

        public bool IsAtEnd => _at == text.Length;

        public bool Skip(string expected)
        {
            var found = string.CompareOrdinal(text, _at, expected, 0, expected.Length) == 0;
            _at += found ? expected.Length : 0;
            return found;
        }

        public string? Kind()
        {
            var from = _at;
            while (_at < text.Length && (char.IsAsciiLetterLower(text[_at]) || text[_at] == '-'))
            {
                _at++;
            }

            var kind = text[from.._at];
            return kind.Length > 0 && Skip("/") ? kind : null;
        }

        public List<string>? Parts()
        {
            var parts = new List<string>();
            do
            {
                if (Part() is not { } part)
                {
                    return null;
                }

                parts.Add(part);
            } while (Skip("."));
            return parts;
        }

        public string? Part()
        {
            if (Skip("\""))
            {
                return Quoted() is { } name && !name.StartsWith("sha256:", StringComparison.Ordinal) ? name : null;
            }

            var from = _at;
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '$' or '-'))
            {
                _at++;
            }

            return _at > from ? text[from.._at] : null;
        }

        private string? Quoted()
        {
            var name = new StringBuilder();
            while (_at < text.Length)
            {
                if (Skip("\"\""))
                {
                    name.Append('"');
                }
                else if (Skip("\""))
                {
                    return name.ToString();
                }
                else if (Skip("\\u"))
                {
                    if (
                        _at + 4 > text.Length
                        || !ushort.TryParse(text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, null, out var code)
                        || code == 0
                    )
                    {
                        return null;
                    }

                    name.Append((char)code);
                    _at += 4;
                }
                else
                {
                    name.Append(text[_at++]);
                }
            }

            return null;
        }
    }
}
