using System.Text;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Postgres.Translating;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>Why a statement is not forwarded, as PostgreSQL says such things. Never with a value of the statement in it.</summary>
internal sealed record Refusal(string SqlState, string Message)
{
    public string? Detail { get; init; }

    public string? Hint { get; init; }

    /// <summary>In characters from 1; 0 where no place is to blame.</summary>
    public int Position { get; init; }

    public ErrorFields ToFields() =>
        new(ErrorFields.Error, SqlState, Message)
        {
            Detail = Detail,
            Hint = Hint,
            Position = Position > 0 ? Position.ToString() : null,
        };

    public static Refusal Unsupported(string message, string? hint = null) =>
        new(Wire.SqlState.FeatureNotSupported, message) { Hint = hint };

    public static Refusal NotNow(string message, string detail) =>
        new(Wire.SqlState.ObjectNotInPrerequisiteState, message) { Detail = detail };

    /// <summary>Drivers that keep statements prepare them anew where they are told this.</summary>
    public static Refusal PreparedBefore(string command) =>
        Unsupported(
            $"what this {command} IF EXISTS names was there or not when it was prepared, and now it is otherwise",
            "prepare the statement again"
        );

    /// <summary>What the grammar does not read is not judged.</summary>
    public static Refusal Of(ParseRefusal refusal) =>
        new(
            refusal.Kind switch
            {
                RefusalKind.Syntax => Wire.SqlState.SyntaxError,
                RefusalKind.Encoding => Wire.SqlState.CharacterNotInRepertoire,
                RefusalKind.TooLarge => Wire.SqlState.StatementTooComplex,
                _ => Wire.SqlState.ObjectNotInPrerequisiteState,
            },
            refusal.Reason
        )
        {
            Detail =
                refusal.Kind == RefusalKind.Syntax
                    ? "Statements are judged by the grammar of PostgreSQL 15; what it cannot read is not forwarded."
                    : null,
            Position = refusal.Position,
        };

    /// <summary>The findings of a decision.</summary>
    public static Refusal Of(Decision decision, Plan plan, EstateSnapshot? estate, DateTimeOffset now)
    {
        var findings = decision.Judgement.Findings.Where(finding => finding.AtMost != Verdict.Allow).ToList();
        var worst = findings.MinBy(finding => finding.AtMost);
        var translation = plan.Translation;
        var detail = new StringBuilder();
        foreach (var finding in findings.Take(Limits.MaxToldFindings))
        {
            detail.Append(finding.Test).Append(": ").Append(finding.Reason).Append('\n');
        }

        if (findings.Count > Limits.MaxToldFindings)
        {
            detail.Append($"and {findings.Count - Limits.MaxToldFindings} more\n");
        }

        foreach (var name in translation.Missing)
        {
            detail.Append(name).Append(" does not exist\n");
        }

        foreach (var lost in translation.Effects.OfType<Effect.LoseData>().Where(lost => lost.Extent.Rows is null))
        {
            AppendRows(detail, lost.Target, estate, now);
        }

        detail.Append(
            decision.Receipt is { } receipt
                ? $"receipt: entry {receipt.Index} of the log"
                : "receipt: none, the log did not take it"
        );
        return new Refusal(
            translation.Missing is [var missing, ..] ? StateOf(missing)
                : decision.Verdict == Verdict.Defer ? Wire.SqlState.ObjectNotInPrerequisiteState
                : Wire.SqlState.InsufficientPrivilege,
            $"{translation.Command} refused: {translation.Forbidden ?? worst?.Reason ?? "it was not allowed"}"
        )
        {
            Detail = detail.ToString(),
            Hint = HintOf(decision, translation, findings),
        };
    }

    /// <summary>What the server would say of a name that is not there: programs ask by it whether something is.</summary>
    private static string StateOf(string missing) =>
        missing.StartsWith("prepared statement ", StringComparison.Ordinal) ? Wire.SqlState.UndefinedStatement
        : missing.EndsWith("()", StringComparison.Ordinal) ? Wire.SqlState.UndefinedFunction
        : missing.Contains(' ', StringComparison.Ordinal) ? Wire.SqlState.UndefinedObject
        : Wire.SqlState.UndefinedTable;

    private static void AppendRows(StringBuilder detail, ResourceId table, EstateSnapshot? estate, DateTimeOffset now)
    {
        if (
            estate?.Describe(table)?.Facts.FirstOrDefault(fact => fact.Key == "rows") is { Value.Number: { } rows } fact
        )
        {
            detail.Append($"{table} held about {rows:0} rows");
            if (fact.Provenance.ObservedAt is { } seen)
            {
                detail.Append($" {Math.Max(0, (now - seen).TotalSeconds):0} s ago");
            }

            detail.Append('\n');
        }
    }

    private static string? HintOf(Decision decision, Translation translation, List<Finding> findings)
    {
        if (
            translation.Effects.Any(effect => effect is Effect.LoseData { Extent.Rows: null })
            && translation.Command is "DELETE" or "UPDATE"
        )
        {
            return "name one row: set the primary key equal to a constant in WHERE";
        }

        // A statement runs whole or not at all: a part of its effects is nothing that could be sent. A safer form is.
        if (decision.Alternative is { Safer.Count: > 0 } alternative)
        {
            var forms = alternative.Safer.Select(effect => $"{effect.Operation} of {effect.Target}");
            return $"allowed would be instead: {string.Join(", ", forms.Distinct().Take(10))}";
        }

        return findings.Select(finding => finding.Remedy).FirstOrDefault(remedy => remedy is not null);
    }
}
