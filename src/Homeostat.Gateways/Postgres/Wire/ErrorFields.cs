using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Homeostat.Gateways.Postgres.Wire;

/// <summary>
/// What an ErrorResponse or NoticeResponse says.
/// https://www.postgresql.org/docs/current/protocol-error-fields.html
/// </summary>
internal sealed record ErrorFields(string Severity, string SqlState, string Message)
{
    public const string Error = "ERROR";
    public const string Fatal = "FATAL";

    public string? Detail { get; init; }

    public string? Hint { get; init; }

    /// <summary>Where in the statement, in characters from 1.</summary>
    public string? Position { get; init; }

    public string? InternalPosition { get; init; }

    public string? InternalQuery { get; init; }

    public string? Where { get; init; }

    public string? Schema { get; init; }

    public string? Table { get; init; }

    public string? Column { get; init; }

    public string? DataType { get; init; }

    public string? Constraint { get; init; }

    public string? File { get; init; }

    public string? Line { get; init; }

    public string? Routine { get; init; }

    /// <summary>False where the fields are cut, or something trails; fields of a type unknown here are passed over.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, [NotNullWhen(true)] out ErrorFields? error)
    {
        error = null;
        var fields = new FieldReader(body);
        var found = new ErrorFields("", "", "");
        while (fields.TryReadByte(out var type))
        {
            if (type == 0)
            {
                error = found;
                return fields.IsAtEnd;
            }

            if (!fields.TryReadString(out var text))
            {
                return false;
            }

            found = found.With(type, Encoding.UTF8.GetString(text));
        }

        return false;
    }

    /// <summary>The severity that is never translated wins over the one for people, which is older.</summary>
    private ErrorFields With(byte type, string text) =>
        (char)type switch
        {
            'S' => Severity.Length == 0 ? this with { Severity = text } : this,
            'V' => this with { Severity = text },
            'C' => this with { SqlState = text },
            'M' => this with { Message = text },
            'D' => this with { Detail = text },
            'H' => this with { Hint = text },
            'P' => this with { Position = text },
            'p' => this with { InternalPosition = text },
            'q' => this with { InternalQuery = text },
            'W' => this with { Where = text },
            's' => this with { Schema = text },
            't' => this with { Table = text },
            'c' => this with { Column = text },
            'd' => this with { DataType = text },
            'n' => this with { Constraint = text },
            'F' => this with { File = text },
            'L' => this with { Line = text },
            'R' => this with { Routine = text },
            _ => this,
        };

    /// <summary>Writes the fields of a body; a zero byte in a text becomes a space.</summary>
    public void WriteTo(MessageWriter writer)
    {
        Write(writer, 'S', Severity);
        Write(writer, 'V', Severity);
        Write(writer, 'C', SqlState);
        Write(writer, 'M', Message);
        Write(writer, 'D', Detail);
        Write(writer, 'H', Hint);
        Write(writer, 'P', Position);
        Write(writer, 'p', InternalPosition);
        Write(writer, 'q', InternalQuery);
        Write(writer, 'W', Where);
        Write(writer, 's', Schema);
        Write(writer, 't', Table);
        Write(writer, 'c', Column);
        Write(writer, 'd', DataType);
        Write(writer, 'n', Constraint);
        Write(writer, 'F', File);
        Write(writer, 'L', Line);
        Write(writer, 'R', Routine);
        writer.WriteByte(0);
    }

    private static void Write(MessageWriter writer, char type, string? text)
    {
        if (text is not null)
        {
            writer.WriteByte((byte)type);
            writer.WriteString(text.Replace('\0', ' '));
        }
    }
}
