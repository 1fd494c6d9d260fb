using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Postgres.Sessions;
using Homeostat.Gateways.Postgres.Translating;

namespace Homeostat.Fuzz.Postgres;

/// <summary>
/// Any bytes as the text of a query. A text is refused, or each of its statements has an effect; what was not understood, what nobody
/// can read and what may never be forwarded is an unknown effect as well, and stays one wherever the statement stands.
/// </summary>
internal static class Statements
{
    private static readonly ParserPool s_parser = new(TimeProvider.System, 1);
    private static readonly Translator s_translator = new(new PostgresNames("main", "shop"), s_parser, []);
    private static readonly SessionContext s_session = Session();

    public static void Run(byte[] text)
    {
        var parsed = Parse(text);
        Must(parsed.Refusal?.Kind != RefusalKind.Internal, "the parser failed", parsed.Refusal?.Reason);
        Must(parsed.Refusal is null || parsed.Statements.Count == 0, "a refused text has statements", null);
        var translations = parsed.Statements.Select(Translate).ToArray();
        Alone(parsed.Statements, translations);
        if (translations.Length > 0)
        {
            Followed(text, translations);
        }

        if (translations is [var only])
        {
            WithOtherNumbers(text, only);
        }
    }

    private static Translation Translate(SqlStatement statement)
    {
        var translation = s_translator.Translate(statement, SmallDatabase.Catalogue, s_session);
        var unknown = translation.Effects.OfType<Effect.Unknown>().Count();
        Must(translation.Effects.Count > 0, "no effect", statement.Text);
        Must(unknown >= translation.NotUnderstood.Count, "lost what was not understood", statement.Text);
        Must(unknown > 0 || translation.Opaque.Count == 0, "lost code that nobody can read", statement.Text);
        Must(unknown > 0 || translation.Forbidden is null, "lost what is forbidden", statement.Text);
        return translation;
    }

    /// <summary>The text of a statement alone means the same, and EXPLAIN ANALYZE of it means no less.</summary>
    private static void Alone(IReadOnlyList<SqlStatement> statements, Translation[] translations)
    {
        for (var at = 0; at < translations.Length; at++)
        {
            if (SqlParser.Encode(statements[at].Text) is not { Length: <= Gateways.Limits.MaxStatementBytes / 2 } own)
            {
                continue;
            }

            Must(
                Parse(own).Statements is [var alone] && Same(Translate(alone), translations[at]),
                "its own text means something else",
                statements[at].Text
            );
            if (Parse([.. "explain analyze "u8, .. own]).Statements is [var explained])
            {
                var effects = Effects(Translate(explained));
                effects.Add(Nothing);
                Must(effects.IsSupersetOf(Effects(translations[at])), "explained it means less", statements[at].Text);
            }
        }
    }

    /// <summary>Another statement behind it changes nothing.</summary>
    private static void Followed(byte[] text, Translation[] translations)
    {
        var followed = Parse([.. text, .. "\n;select 1"u8]);
        if (followed.Refusal?.Kind == RefusalKind.TooLarge)
        {
            return;
        }

        Must(
            followed.Statements.Count == translations.Length + 1
                && followed.Statements.Zip(translations).All(pair => Same(Translate(pair.First), pair.Second)),
            "with a statement behind it means something else",
            null
        );
    }

    /// <summary>What is known of a text is said of no other with other numbers that means something else.</summary>
    private static void WithOtherNumbers(byte[] text, Translation translation)
    {
        var book = new PlanBook(SmallDatabase.Catalogue, s_session.Path, s_session.Role);
        book.KeepShape(text, new Plan(translation, text), numbers => PlanWithout(text, numbers));
        foreach (var number in (string[])["0", "7", "32768", "999999999"])
        {
            var other = With(text, number);
            if (book.Find(other) is not { } known)
            {
                continue;
            }

            Must(
                Parse(other).Statements is [var read]
                    && Translate(read) is var meant
                    && meant.Command == known.Translation.Command
                    && Same(meant, known.Translation),
                $"with {number} for its numbers it means something else",
                System.Text.Encoding.UTF8.GetString(text)
            );
        }
    }

    private static Plan? PlanWithout(byte[] text, int[] numbers) =>
        SqlParser.ParseWithout(text, numbers) is { } statement ? new Plan(Translate(statement), text) : null;

    /// <summary>The text with each run of digits that stands alone replaced, as somebody would who wants to be taken for it.</summary>
    private static byte[] With(byte[] text, string number)
    {
        var other = new List<byte>(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (!char.IsAsciiDigit((char)text[at]))
            {
                other.Add(text[at]);
            }
            else if (at == 0 || !char.IsAsciiDigit((char)text[at - 1]))
            {
                other.AddRange(System.Text.Encoding.ASCII.GetBytes(number));
            }
        }

        return [.. other];
    }

    private static bool Same(Translation one, Translation other) => Effects(one).SetEquals(Effects(other));

    private static readonly string Nothing = Effects(Translate(Parse("select"u8.ToArray()).Statements[0])).Single();

    private static HashSet<string> Effects(Translation translation) =>
        translation.Effects.Select(effect => effect.ToString()!).ToHashSet(StringComparer.Ordinal);

    private static ParsedText Parse(byte[] text) =>
        s_parser.ParseAsync(text, CancellationToken.None).GetAwaiter().GetResult();

    private static SessionContext Session()
    {
        var prepared = Parse("prepare p as delete from orders; prepare q as select opaque()"u8.ToArray()).Statements;
        return new SessionContext
        {
            Path = SearchPath.Parse("\"$user\", public, evil", "agent"),
            Role = "agent",
            Prepared = new Dictionary<string, SqlStatement>(StringComparer.Ordinal)
            {
                ["p"] = prepared[0],
                ["q"] = prepared[1],
            },
        };
    }

    private static void Must(bool holds, string what, string? text)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"{what}: {text}");
        }
    }
}
