using System.Collections.Concurrent;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>Parsed definitions of views, rules, functions and expressions, kept by exact text; and what a DBA vouches for.</summary>
internal sealed class Definitions(ParserPool parser, IEnumerable<CodeDeclaration> declared)
{
    private readonly ConcurrentDictionary<string, ParsedText> _parsed = new(StringComparer.Ordinal);
    private readonly Dictionary<Oid, CodeDeclaration> _declared = declared.ToDictionary(entry => entry.Function);

    public ParsedText Parse(string sql)
    {
        if (_parsed.TryGetValue(sql, out var known))
        {
            return known;
        }

        if (_parsed.Count >= Limits.MaxCachedTexts)
        {
            _parsed.Clear();
        }

        return _parsed[sql] =
            sql.Length <= Limits.MaxInlineParseBytes
            && SqlParser.Encode(sql) is { Length: <= Limits.MaxInlineParseBytes } utf8
                ? SqlParser.Parse(utf8)
                // The pool's threads are its own: waiting for one here cannot keep it from answering.
                : parser.ParseAsync(sql, CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>Null where nobody vouches for this function, or its body is another by now.</summary>
    public CodeDeclaration? Of(FunctionEntry function) =>
        _declared.TryGetValue(function.Oid, out var entry) && entry.BodyHash == function.BodyHash ? entry : null;
}
