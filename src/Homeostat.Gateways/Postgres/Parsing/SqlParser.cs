using System.Runtime.InteropServices;
using System.Text;

namespace Homeostat.Gateways.Postgres.Parsing;

/// <summary>
/// One text to its statements, on the calling thread, whose stack must have <see cref="Limits.ParserStackBytes"/>;
/// others ask a <see cref="ParserPool"/>.
/// </summary>
internal static class SqlParser
{
    private const int GrammarMajor = 15;

    /// <summary>What PostgreSQL's scanner passes over; any other space is part of a name.</summary>
    private static readonly char[] s_space = [' ', '\t', '\n', '\r', '\f'];

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public static ParsedText Parse(ReadOnlySpan<byte> utf8) => Parse(utf8, []);

    /// <summary>
    /// The only statement of a text, with constants of which nobody can see the value in the place of the numbers at these
    /// bytes; null where one of them is not the whole of a constant, or where there is not one statement.
    /// </summary>
    public static SqlStatement? ParseWithout(ReadOnlySpan<byte> utf8, int[] numbers) =>
        Parse(utf8, numbers).Statements is [var only] ? only : null;

    private static ParsedText Parse(ReadOnlySpan<byte> utf8, int[] without)
    {
        if (Check(utf8) is { } refusal)
        {
            return refusal;
        }

        var terminated = new byte[utf8.Length + 1];
        utf8.CopyTo(terminated);
        try
        {
            return LibPgQuery.Parse(
                terminated,
                tree => ReadTree(tree, terminated.AsMemory(0, terminated.Length - 1), without),
                (message, position) => ParsedText.Refused(RefusalKind.Syntax, message, position)
            );
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            return ParsedText.Refused(
                RefusalKind.Internal,
                "the library libpg_query of PostgreSQL 15 is not installed: install Debian's libpg-query-dev"
            );
        }
    }

    /// <summary>UTF-8 of a text; null where it has a lone surrogate.</summary>
    public static byte[]? Encode(string text)
    {
        try
        {
            return StrictUtf8.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    private static ParsedText? Check(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > Limits.MaxStatementBytes)
        {
            return ParsedText.Refused(
                RefusalKind.TooLarge,
                $"the text has {utf8.Length} bytes; at most {Limits.MaxStatementBytes} are accepted"
            );
        }

        var nul = utf8.IndexOf((byte)0);
        return nul >= 0 ? ParsedText.Refused(RefusalKind.Encoding, "the text has a NUL; send it without", nul + 1)
            : !System.Text.Unicode.Utf8.IsValid(utf8)
                ? ParsedText.Refused(RefusalKind.Encoding, "the text is not valid UTF-8; send it in UTF-8")
            : null;
    }

    private static unsafe ParsedText ReadTree(nint tree, ReadOnlyMemory<byte> text, int[] without)
    {
        var json = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)tree);
        if (json.Length > Limits.MaxTreeBytes)
        {
            return TooComplex($"its tree has more than {Limits.MaxTreeBytes} bytes");
        }

        try
        {
            return ReadStatements(TreeReader.Read(json, without), text);
        }
        catch (TooComplexException)
        {
            return TooComplex($"its tree has more than {Limits.MaxTreeNodes} nodes");
        }
        catch (Exception error) when (error is FormatException or System.Text.Json.JsonException)
        {
            return ParsedText.Refused(RefusalKind.Internal, $"the parser's tree cannot be read: {error.Message}");
        }
    }

    private static ParsedText TooComplex(string why) =>
        ParsedText.Refused(RefusalKind.TooLarge, $"the statement is too complex: {why}; split it");

    private static ParsedText ReadStatements(SyntaxNode tree, ReadOnlyMemory<byte> text)
    {
        if (tree.Number("version") / 10_000 != GrammarMajor)
        {
            return ParsedText.Refused(
                RefusalKind.Internal,
                $"libpg_query has the grammar {tree.Number("version")}; PostgreSQL {GrammarMajor}'s is needed"
            );
        }

        var statements = new List<SqlStatement>();
        foreach (var raw in tree.Nodes("stmts"))
        {
            if (raw.Node("stmt") is not { } root || Cut(text, raw) is not { } own)
            {
                return ParsedText.Refused(
                    RefusalKind.Internal,
                    "the parser gave a statement without a place or a tree"
                );
            }

            statements.Add(new SqlStatement(root, own));
        }

        return ParsedText.Of(statements);
    }

    /// <summary>The parser counts in bytes; a length of zero reaches to the end.</summary>
    private static string? Cut(ReadOnlyMemory<byte> text, SyntaxNode raw)
    {
        var (start, length) = (raw.Number("stmt_location"), raw.Number("stmt_len"));
        if (start < 0 || length < 0 || start > text.Length || start + length > text.Length)
        {
            return null;
        }

        var own = text[(int)start..];
        return Encoding.UTF8.GetString((length == 0 ? own : own[..(int)length]).Span).Trim(s_space);
    }
}
