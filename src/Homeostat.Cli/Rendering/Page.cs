using Homeostat.Cli.Running;
using Spectre.Console;

namespace Homeostat.Cli.Rendering;

/// <summary>Lines on a terminal: cleaned, coloured where that is wanted, and wrapped where addresses can be read on.</summary>
internal sealed class Page(Terminal terminal)
{
    private const string BreakAfter = "./:#";
    private const string OrAfter = "_-[,";

    private readonly IAnsiConsole _console = terminal.Console;

    public static Style Strong { get; } = new(decoration: Decoration.Bold);

    public static Style Quiet { get; } = new(decoration: Decoration.Dim);

    public int Width => terminal.Width;

    public void Line() => terminal.Output.WriteLine();

    public void Heading(string text)
    {
        Line();
        Paragraph(text, Strong);
    }

    /// <summary>Text after a label, with further lines under the text; each piece wraps by itself.</summary>
    public void Entry(string label, int indent, Style style, params ReadOnlySpan<string> pieces)
    {
        Write(PlainText.Clean(label).PadRight(indent), style);
        var first = true;
        foreach (var piece in pieces)
        {
            foreach (var line in Wrap(PlainText.Clean(piece), Math.Max(20, Width - indent)))
            {
                Write(first ? line : new string(' ', indent) + line, Style.Plain);
                Line();
                first = false;
            }
        }

        if (first)
        {
            Line();
        }
    }

    public void Paragraph(string text, Style? style = null)
    {
        foreach (var line in Wrap(PlainText.Clean(text), Width))
        {
            Write(line, style ?? Style.Plain);
            Line();
        }
    }

    /// <summary>A line to copy: never wrapped, never coloured.</summary>
    public void Verbatim(string text) => terminal.Output.WriteLine(PlainText.Clean(text));

    /// <summary>A table without the blanks that would pad its lines.</summary>
    public void Table(Table table)
    {
        using var buffer = new StringWriter();
        terminal.ConsoleOn(buffer).Write(table);
        foreach (
            var line in buffer.ToString().Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)
        )
        {
            terminal.Output.WriteLine(line);
        }
    }

    /// <summary>For a cell: broken where it can be read on.</summary>
    public static Text Cell(string text, int width) => new(string.Join('\n', Wrap(PlainText.Clean(text), width)));

    public static string Path(IEnumerable<string> steps) => string.Join(" → ", steps);

    /// <summary>Breaks at blanks; what is longer than a line by itself is broken after a dot, a bracket or a slash.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' ').SelectMany(word => Pieces(word, width)))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        yield return line;
    }

    private static IEnumerable<string> Pieces(string word, int width)
    {
        while (word.Length > width)
        {
            var at = LastOf(word, BreakAfter, width) ?? LastOf(word, OrAfter, width) ?? width;
            yield return word[..at];
            word = word[at..];
        }

        yield return word;
    }

    /// <summary>Behind the last of these in the second half of the line.</summary>
    private static int? LastOf(string word, string marks, int width) =>
        word.AsSpan(width / 2, width - (width / 2)).LastIndexOfAny(marks) is >= 0 and var at
            ? (width / 2) + at + 1
            : null;

    private void Write(string text, Style style)
    {
        if (style.Equals(Style.Plain))
        {
            terminal.Output.Write(text);
        }
        else
        {
            _console.Write(new Text(text, style));
        }
    }
}
