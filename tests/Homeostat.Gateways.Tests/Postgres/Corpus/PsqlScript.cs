namespace Homeostat.Gateways.Tests.Postgres.Corpus;

/// <summary>
/// Cuts a script as psql would: at semicolons outside quotes, comments, parentheses and BEGIN ATOMIC bodies; lines of its
/// own commands are passed over, those that send what stands before them end it.
/// </summary>
internal sealed class PsqlScript(string text)
{
    private static readonly string[] Sending = ["\\g", "\\gx", "\\gset", "\\gexec", "\\gdesc", "\\crosstabview"];

    private int _at;

    /// <summary>The next statement; null at the end.</summary>
    public string? Next()
    {
        var statement = new System.Text.StringBuilder();
        var depth = 0;
        var begun = 0;
        while (_at < text.Length)
        {
            var character = text[_at];
            if (character == '\\')
            {
                if (Command(statement))
                {
                    return statement.ToString();
                }
            }
            else if (character == ';' && depth == 0 && begun == 0)
            {
                _at++;
                if (statement.ToString().Trim().Length > 0)
                {
                    return statement.ToString();
                }
            }
            else
            {
                depth = Math.Max(
                    0,
                    depth
                        + (
                            character == '(' ? 1
                            : character == ')' ? -1
                            : 0
                        )
                );
                begun += Word(statement, "begin") && Follows("atomic") ? 1 : 0;
                begun += begun > 0 && Word(statement, "case") ? 1 : 0;
                begun -= begun > 0 && Word(statement, "end") ? 1 : 0;
                Token(statement);
            }
        }

        return statement.ToString().Trim().Length > 0 ? statement.ToString() : null;
    }

    /// <summary>The lines up to <c>\.</c>, which are rows for COPY.</summary>
    public string CopyData()
    {
        _at = text.IndexOf('\n', _at) is var line and >= 0 ? line + 1 : text.Length;
        var end = text.IndexOf("\n\\.", Math.Max(0, _at - 1), StringComparison.Ordinal);
        if (end < 0)
        {
            return "";
        }

        var data = end < _at ? "" : text[_at..(end + 1)];
        _at = text.IndexOf('\n', end + 1) is var next and >= 0 ? next + 1 : text.Length;
        return data;
    }

    private bool Word(System.Text.StringBuilder before, string word) =>
        string.Compare(text, _at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0
        && (before.Length == 0 || !(char.IsLetterOrDigit(before[^1]) || before[^1] == '_'))
        && (
            _at + word.Length >= text.Length
            || !(char.IsLetterOrDigit(text[_at + word.Length]) || text[_at + word.Length] == '_')
        );

    private bool Follows(string word) =>
        text.AsSpan(_at + "begin".Length).TrimStart().StartsWith(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>True where it sends what stands before it.</summary>
    private bool Command(System.Text.StringBuilder statement)
    {
        if (_at + 1 < text.Length && text[_at + 1] == ';')
        {
            statement.Append(';');
            _at += 2;
            return false;
        }

        var end = text.IndexOf('\n', _at) is var line and >= 0 ? line : text.Length;
        var command = text[_at..end].Split([' ', '\t', '\r', '('], 2)[0];
        _at = end;
        return statement.ToString().Trim().Length > 0 && Sending.Contains(command);
    }

    /// <summary>One character, or a whole quotation or comment.</summary>
    private void Token(System.Text.StringBuilder statement)
    {
        var end = text[_at] switch
        {
            '\'' => Quoted('\'', escapes: _at > 0 && text[_at - 1] is 'e' or 'E'),
            '"' => Quoted('"', escapes: false),
            '-' when At("--") => text.IndexOf('\n', _at) is var line and >= 0 ? line : text.Length,
            '/' when At("/*") => Comment(),
            '$' when _at == 0 || !(char.IsLetterOrDigit(text[_at - 1]) || text[_at - 1] == '_') => Dollars(),
            _ => _at + 1,
        };
        statement.Append(text, _at, end - _at);
        _at = end;
    }

    private bool At(string token) => string.CompareOrdinal(text, _at, token, 0, token.Length) == 0;

    private int Quoted(char quote, bool escapes)
    {
        var at = _at + 1;
        while (at < text.Length && text[at] != quote)
        {
            at += escapes && text[at] == '\\' ? 2 : 1;
        }

        return Math.Min(text.Length, at + 1);
    }

    private int Comment()
    {
        var depth = 1;
        var at = _at + 2;
        while (at < text.Length && depth > 0)
        {
            var pair = text.AsSpan(at, Math.Min(2, text.Length - at));
            depth +=
                pair is "/*" ? 1
                : pair is "*/" ? -1
                : 0;
            at += pair is "/*" or "*/" ? 2 : 1;
        }

        return Math.Min(text.Length, at);
    }

    private int Dollars()
    {
        var close = _at + 1;
        while (close < text.Length && (char.IsLetterOrDigit(text[close]) || text[close] == '_'))
        {
            close++;
        }

        if (close >= text.Length || text[close] != '$' || char.IsAsciiDigit(text[_at + 1]))
        {
            return _at + 1;
        }

        var tag = text[_at..(close + 1)];
        var end = text.IndexOf(tag, close + 1, StringComparison.Ordinal);
        return end < 0 ? text.Length : end + tag.Length;
    }
}
