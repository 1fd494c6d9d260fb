using System.Security.Cryptography;
using System.Text;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Postgres.Sessions;
using Homeostat.Gateways.Postgres.Translating;

namespace Homeostat.Gateways.Postgres.Explaining;

/// <summary>Says what texts would do in one database, by the committed catalogue and in a fresh session.</summary>
internal sealed class Explainer(DatabaseParts database, TimeProvider clock)
{
    public async Task<ExplainedText> ExplainAsync(string text, CancellationToken token)
    {
        if (SqlParser.Encode(text) is not { } utf8)
        {
            return ExplainedText.Refused("the text has a lone surrogate; send it in UTF-8");
        }

        var parsed = await database.Parser.ParseAsync(utf8, token).ConfigureAwait(false);
        if (parsed.Refusal is { } refusal)
        {
            var place = refusal.Position > 0 ? $" at character {refusal.Position}" : "";
            return ExplainedText.Refused(refusal.Reason + place);
        }

        if (await database.Catalogue.ReadAfterAsync(clock.GetTimestamp()).ConfigureAwait(false) is not { } reading)
        {
            return ExplainedText.Refused($"the catalogue cannot be read: {database.Catalogue.Failure}");
        }

        var session = new SessionContext
        {
            Path = Catalogue.SearchPath.Parse("\"$user\", public", database.Address.User),
            Role = database.Address.User,
        };
        var statements = new List<ExplainedStatement>(parsed.Statements.Count);
        foreach (var statement in parsed.Statements.Take(Limits.MaxExplained))
        {
            var translation = database.Translator.Translate(statement, reading.Catalogue, session);
            statements.Add(await ExplainAsync(statement, translation, token).ConfigureAwait(false));
        }

        return parsed.Statements.Count > Limits.MaxExplained
            ? ExplainedText.Refused(
                $"the text has {parsed.Statements.Count} statements; at most {Limits.MaxExplained} are explained at once"
            )
            : new ExplainedText(statements, null);
    }

    private async Task<ExplainedStatement> ExplainAsync(
        SqlStatement statement,
        Translation translation,
        CancellationToken token
    )
    {
        var explained = new ExplainedStatement(
            translation.Command,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(statement.Text))),
            translation.Effects
        )
        {
            Forbidden = translation.Forbidden,
            NotUnderstood = translation.NotUnderstood,
            Opaque = [.. translation.Opaque.Select(code => $"{code.Name}: {code.Why}")],
            Missing = translation.Missing,
        };
        if (!RowEstimate.HasPlan(statement))
        {
            return explained;
        }

        // Planning runs functions that call themselves immutable: nothing that cannot be read is planned.
        if (translation.Forbidden is not null || explained.Opaque.Count + explained.NotUnderstood.Count > 0)
        {
            return explained with { NoEstimate = "it runs what cannot be read, and so is not planned either" };
        }

        var (rows, failure) = await RowEstimate
            .ReadAsync(database.ConnectionString, statement, token)
            .ConfigureAwait(false);
        return explained with { EstimatedRows = rows, NoEstimate = failure };
    }
}
