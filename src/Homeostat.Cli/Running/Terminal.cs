using System.CommandLine;
using Spectre.Console;

namespace Homeostat.Cli.Running;

/// <summary>Where a command writes: what may be coloured, how wide it is, and whether anybody watches.</summary>
internal sealed class Terminal
{
    private const int DefaultWidth = 80;
    private const int MinWidth = 40;
    private const int MaxWidth = 160;

    private readonly bool _isColoured;

    private Terminal(TextWriter output, TextWriter error, bool isWatched, bool isColoured, int width)
    {
        (Output, Error, IsWatched, _isColoured, Width) = (output, error, isWatched, isColoured, width);
        Console = ConsoleOn(output);
    }

    public TextWriter Output { get; }

    public TextWriter Error { get; }

    public int Width { get; }

    /// <summary>Somebody sees the errors as they come, so that progress is worth showing.</summary>
    public bool IsWatched { get; }

    public IAnsiConsole Console { get; }

    public static Terminal Of(ParseResult parsed)
    {
        var output = parsed.InvocationConfiguration.Output;
        var error = parsed.InvocationConfiguration.Error;
        var isTerminal = ReferenceEquals(output, System.Console.Out) && !System.Console.IsOutputRedirected;
        var isWatched = ReferenceEquals(error, System.Console.Error) && !System.Console.IsErrorRedirected;
        var mayColour =
            string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return new Terminal(output, error, isWatched, isTerminal && mayColour, WidthOf(isTerminal));
    }

    /// <summary>A console that writes elsewhere as this terminal would.</summary>
    public IAnsiConsole ConsoleOn(TextWriter writer)
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = _isColoured ? AnsiSupport.Yes : AnsiSupport.No,
                ColorSystem = _isColoured ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
                Interactive = InteractionSupport.No,
                Out = new FixedWidthOutput(writer, Width),
                Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
            }
        );
        console.Profile.Capabilities.Unicode = true;
        return console;
    }

    /// <summary>Says on the error stream, where somebody watches, what takes time; the line goes away when it is done.</summary>
    public IDisposable During(string work)
    {
        if (!IsWatched)
        {
            return new Note(null, 0);
        }

        var text = $"{PlainText.Clean(work)} …";
        text = text.Length < Width ? text : text[..(Width - 1)];
        Error.Write(text);
        Error.Flush();
        return new Note(Error, text.Length);
    }

    private static int WidthOf(bool isTerminal)
    {
        var stated = int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out var columns) ? columns : 0;
        var width =
            stated > 0 ? stated
            : isTerminal ? System.Console.WindowWidth
            : DefaultWidth;
        return width <= 0 ? DefaultWidth : Math.Clamp(width, MinWidth, MaxWidth);
    }

    private sealed class Note(TextWriter? writer, int length) : IDisposable
    {
        public void Dispose() => writer?.Write($"\r{new string(' ', length)}\r");
    }

    private sealed class FixedWidthOutput(TextWriter writer, int width) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => false;

        public int Width => width;

        public int Height => 24;

        public void SetEncoding(System.Text.Encoding encoding) { }
    }
}
