using Homeostat.Cli.Running;

namespace Homeostat.Cli.Replaying;

/// <summary>Shows on the error stream how far a replay is, where somebody watches.</summary>
internal sealed class ReplayProgress(Terminal terminal) : IDisposable
{
    private int _shown;

    public void Show(string scenario, string variant, int done, int all)
    {
        if (!terminal.IsWatched)
        {
            return;
        }

        var text = PlainText.Clean($"{scenario}, {variant}: step {done} of {all}");
        text = text.Length < terminal.Width ? text : text[..(terminal.Width - 1)];
        terminal.Error.Write($"\r{text.PadRight(_shown)}");
        terminal.Error.Flush();
        _shown = text.Length;
    }

    public void Dispose()
    {
        if (_shown > 0)
        {
            terminal.Error.Write($"\r{new string(' ', _shown)}\r");
        }
    }
}
