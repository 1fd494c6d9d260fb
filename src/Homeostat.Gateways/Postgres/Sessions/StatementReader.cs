using System.Text;
using Homeostat.Core.Actions;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Postgres.Translating;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>The plans of a text's statements in order, or why it is refused before any decision.</summary>
internal readonly record struct Reading(IReadOnlyList<Plan> Plans, Refusal? Refusal)
{
    /// <summary>The text that is forwarded in the place of the client's; null where that goes as it came.</summary>
    public byte[]? Instead { get; init; }

    public static Reading Refused(Refusal refusal) => new([], refusal);
}

/// <summary>Texts to plans, by what they mean in one session.</summary>
internal sealed class StatementReader(DatabaseParts database, SessionMeaning meaning, NameTable<Prepared> statements)
{
    private const string NotRead = "what it names is not in the catalogue, which cannot be read again now";

    /// <summary>Short texts on this thread, whose stack is enough for them; longer ones where there is more.</summary>
    public ValueTask<ParsedText> ParseAsync(ReadOnlyMemory<byte> text, CancellationToken token) =>
        text.Length <= Limits.MaxInlineParseBytes
            ? ValueTask.FromResult(SqlParser.Parse(text.Span))
            : new ValueTask<ParsedText>(database.Parser.ParseAsync(text.ToArray(), token));

    /// <summary>Whether the statement means what the session has prepared: then names must be certain.</summary>
    public static bool MayExecute(SqlStatement statement) =>
        statement.Root.Kind is "ExecuteStmt" or "ExplainStmt" or "CreateTableAsStmt";

    /// <summary>One statement whose text is just this.</summary>
    /// <param name="isText">The text is this statement and no other.</param>
    public async ValueTask<Plan> PlanAsync(
        SqlStatement statement,
        ReadOnlyMemory<byte> text,
        bool isText,
        CancellationToken token
    )
    {
        if (isText && meaning.Book.Find(text.Span) is { } known)
        {
            return known;
        }

        var plan = Translate(statement, text.Span, meaning.Path, null);
        if (plan.Translation.Missing.Count > 0 && await meaning.LookAgainAsync(token).ConfigureAwait(false))
        {
            plan = Translate(statement, text.Span, meaning.Path, null);
        }

        // What is said not to be there must not have been made by somebody else a moment ago.
        if (plan.Substitute is not null)
        {
            // A refusal for want of a look is not what the text means, and is not kept.
            if (!await meaning.RenewAsync(token).ConfigureAwait(false))
            {
                return Unsure(plan, text.Span);
            }

            plan = Translate(statement, text.Span, meaning.Path, null);
        }

        if (isText)
        {
            meaning.Book.Keep(text.Span, plan);
            meaning.Book.KeepShape(text.Span, plan, numbers => TranslateWithout(numbers, text.Span));
        }

        return plan;
    }

    /// <summary>
    /// Several statements of one text, all before any runs. A SET of the search path counts for those after it. After a
    /// statement that changes the catalogue nobody can say yet what a name in the text will mean: such texts have to be
    /// sent statement by statement.
    /// </summary>
    public async ValueTask<Reading> PlanAllAsync(IReadOnlyList<SqlStatement> all, CancellationToken token)
    {
        var reading = PlanAll(all);
        if (reading.Plans.Any(plan => plan.Substitute is not null))
        {
            return await meaning.RenewAsync(token).ConfigureAwait(false)
                ? PlanAll(all)
                : Reading.Refused(Refusal.NotNow(NotRead, database.Catalogue.Failure ?? "it may be there by now"));
        }

        return
            reading.Plans.Any(plan => plan.Translation.Missing.Count > 0)
            && await meaning.LookAgainAsync(token).ConfigureAwait(false)
            ? PlanAll(all)
            : reading;
    }

    /// <summary>With the text that goes to the server, which is read again: it must say what was judged.</summary>
    public async ValueTask<Reading> CompleteAsync(
        Reading reading,
        IReadOnlyList<SqlStatement> statements,
        CancellationToken token
    )
    {
        if (reading.Refusal is not null || reading.Plans.All(plan => plan.Substitute is null))
        {
            return reading;
        }

        var joined = Substitute.Join(statements, reading.Plans);
        var parsed = await ParseAsync(joined, token).ConfigureAwait(false);
        return Substitute.IsJoined(parsed, statements)
            ? reading with
            {
                Instead = joined,
            }
            : Reading.Refused(
                Refusal.Unsupported(
                    "without what it names and is not there, the text cannot be put together",
                    "send the statements that say IF EXISTS in messages of their own"
                )
            );
    }

    /// <summary>It is not forwarded, and the refusal is decided and written as every other.</summary>
    private Plan Unsure(Plan plan, ReadOnlySpan<byte> text)
    {
        var why = database.Catalogue.Failure is { } failure ? $"{NotRead}: {failure}" : NotRead;
        return new(
            plan.Translation with
            {
                Substitute = null,
                Forbidden = why,
                Effects = [new Effect.Unknown(database.Names.Database, why)],
            },
            text
        );
    }

    private Reading PlanAll(IReadOnlyList<SqlStatement> all)
    {
        var plans = new List<Plan>(all.Count);
        var path = meaning.Path;
        var prepared = all.Any(MayExecute) ? PreparedNow() : null;
        string? blocked = null;
        var isTouched = meaning.IsUnsettled;
        foreach (var statement in all)
        {
            var plan = Translate(statement, Encoding.UTF8.GetBytes(statement.Text), path, prepared);
            if (blocked is not null && !plan.NamesNothing)
            {
                return Reading.Refused(
                    Refusal.Unsupported(
                        $"what {plan.Translation.Command} means after {blocked} in the same message is not known before that has run",
                        $"send the statements after {blocked} in a message of their own"
                    )
                );
            }

            if (plan.Translation.TakesRows && plans.Any(before => before.Translation.TakesRows))
            {
                return Reading.Refused(
                    Refusal.Unsupported(
                        "a message with more than one COPY FROM STDIN is not supported",
                        "send each in a message of its own"
                    )
                );
            }

            plans.Add(plan);
            path = PathAfter(plan, path);
            Follow(plan, statement, prepared);
            isTouched |= plan.Unsettles;
            if (plan.TouchesCatalogue || (plan.EndsTransaction && isTouched))
            {
                blocked = plan.Translation.Command;
            }
        }

        return new Reading(plans, null);
    }

    private SearchPath PathAfter(Plan plan, SearchPath path)
    {
        foreach (var setting in plan.Translation.Settings)
        {
            path = setting switch
            {
                { Name: "search_path", Value: { } value } => SearchPath.Parse(value, meaning.Role),
                { Name: "search_path" or "all" } => meaning.FirstPath,
                _ => path,
            };
        }

        return path;
    }

    private static void Follow(Plan plan, SqlStatement statement, Dictionary<string, SqlStatement>? prepared)
    {
        switch (plan.Translation.Step)
        {
            case SessionStep.Prepare prepare when prepared is not null:
                prepared[prepare.Name] = statement;
                break;
            case SessionStep.Deallocate { Name: { } name }:
                prepared?.Remove(name);
                break;
            case SessionStep.Deallocate:
                prepared?.Clear();
                break;
        }
    }

    private Plan? TranslateWithout(int[] numbers, ReadOnlySpan<byte> text) =>
        SqlParser.ParseWithout(text, numbers) is { } statement ? Translate(statement, text, meaning.Path, null) : null;

    private Plan Translate(
        SqlStatement statement,
        ReadOnlySpan<byte> text,
        SearchPath path,
        Dictionary<string, SqlStatement>? prepared
    )
    {
        var context = new SessionContext { Path = path, Role = meaning.Role };
        if (prepared is not null || MayExecute(statement))
        {
            context = context with { Prepared = prepared ?? PreparedNow() };
        }

        return new Plan(database.Translator.Translate(statement, meaning.Book.Catalogue, context), text);
    }

    private Dictionary<string, SqlStatement> PreparedNow()
    {
        var prepared = new Dictionary<string, SqlStatement>(StringComparer.Ordinal);
        foreach (var (name, naming) in statements.All())
        {
            if (naming is { Standing: Standing.Done, Value.Statement: { } statement })
            {
                prepared[Encoding.UTF8.GetString(name)] = statement;
            }
        }

        return prepared;
    }
}
