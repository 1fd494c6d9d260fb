using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Postgres.Translating;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>
/// A statement that is sent in the place of the client's, with names of 128 random bits where the client named what is not
/// there: no schema and no object has such a name, and nobody can make one in time.
/// </summary>
internal sealed class Substitute
{
    private readonly string _key = $"homeostat none {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";
    private readonly Substitution _what;

    public Substitute(Substitution what)
    {
        _what = what;
        Text = what.Render(number => $"{_key}:{number.ToString(CultureInfo.InvariantCulture)}");
    }

    public string Text { get; }

    /// <summary>Whether it does what the other would, whatever names stand for nothing.</summary>
    public static bool AreSame(Substitute? one, Substitute? other) => one?._what.Form == other?._what.Form;

    /// <summary>What the client is told where the server says that such a name does not exist; null for another notice.</summary>
    public IReadOnlyList<string>? Told(string notice)
    {
        var at = notice.IndexOf(_key, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var digits = notice.AsSpan(at + _key.Length).TrimStart(':');
        var end = digits.IndexOfAnyExceptInRange('0', '9');
        return
            int.TryParse(
                end < 0 ? digits : digits[..end],
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var number
            )
            && number < _what.Notices.Count
            ? _what.Notices[number]
            : [];
    }

    /// <summary>The whole text of a message, its statements as they came where nothing stands in their place.</summary>
    public static byte[] Join(IReadOnlyList<SqlStatement> statements, IReadOnlyList<Plan> plans) =>
        // On lines of their own: a statement may end in a comment.
        Encoding.UTF8.GetBytes(
            string.Join("\n;\n", statements.Select((statement, at) => plans[at].Substitute?.Text ?? statement.Text))
        );

    /// <summary>Whether a text that was put together is read as the statements that were judged.</summary>
    public static bool IsJoined(ParsedText joined, IReadOnlyList<SqlStatement> statements) =>
        joined.Refusal is null
        && joined.Statements.Count == statements.Count
        && joined
            .Statements.Zip(statements)
            .All(pair => CommandNames.Of(pair.First.Root) == CommandNames.Of(pair.Second.Root));
}
