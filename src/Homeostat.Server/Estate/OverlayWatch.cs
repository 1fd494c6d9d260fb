using System.Text;
using Homeostat.Core.Critics;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Estates.Overlay;
using Homeostat.Server.Hosting;

namespace Homeostat.Server.Estate;

/// <summary>
/// Reads the overlay again when its file changes. One that is not valid, or names what is not there, is refused whole: the
/// old one holds, and somebody is told.
/// </summary>
internal sealed class OverlayWatch(EstateOverlay first, ControlParts parts, Func<string, string, string, Task> report)
{
    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    private EstateOverlay _held = first;
    private string? _seen = TextOf(first.File);
    private string? _before;
    private volatile string? _problem;

    public string File { get; } = first.File;

    /// <summary>When the overlay that holds was read.</summary>
    public DateTimeOffset LoadedAt { get; private set; } = parts.Clock.GetUtcNow();

    /// <summary>Why the file's present content is not what holds; null where it is.</summary>
    public string? Problem => _problem;

    /// <exception cref="StartException">The first overlay has to be valid.</exception>
    public static EstateOverlay? LoadFirst(string? path)
    {
        try
        {
            return path is null ? null : OverlayFile.Load(path);
        }
        catch (EstateSourceException error)
        {
            throw new StartException(error.Message);
        }
    }

    public static Judge JudgeOf(EstateOverlay? overlay) =>
        new(
            overlay?.Stress ?? StressTable.Default,
            CriticPanel.Default,
            overlay is null ? null : new ObservedEnvironments(overlay.ObservedNames)
        );

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Limits.OverlayEvery, parts.Clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await LookAsync();
        }
    }

    /// <summary>By content and not by time: a file that was copied back can carry any time.</summary>
    internal async Task LookAsync()
    {
        var text = TextOf(File);
        // Seen twice: the first half of an overlay that is being written can be valid, and say less.
        var isSettled = text == _before;
        _before = text;
        if (text == _seen || !isSettled)
        {
            return;
        }

        _seen = text;
        try
        {
            Adopt(Read(text));
            _problem = null;
            await report(Reports.Overlay, File, "the overlay changed and holds from now on");
        }
        catch (Exception error)
        {
            // Whatever it was: the old one holds, and the next change of the file is tried again.
            _problem = error.Message;
            await report(Reports.Overlay, File, $"the overlay changed and is refused: {error.Message}");
        }
    }

    private EstateOverlay Read(string? text)
    {
        var reading = text is null ? null : OverlayFile.Parse(text, File);
        return reading is null
            ? throw new EstateSourceException($"{File}: the file cannot be read as UTF-8 text")
            : reading.Overlay
                ?? throw new EstateSourceException(string.Join('\n', reading.Errors.Take(OverlayLimits.MaxErrors)));
    }

    private void Adopt(EstateOverlay newer)
    {
        parts.Estate.Adopt(
            newer,
            change =>
            {
                // While one is there without the other nothing is observed only.
                parts.Decider.Use(new Judge(newer.Stress, CriticPanel.Default));
                try
                {
                    change();
                    _held = newer;
                }
                finally
                {
                    parts.Decider.Use(JudgeOf(_held));
                }
            }
        );
        LoadedAt = parts.Clock.GetUtcNow();
    }

    /// <summary>Null where it cannot be read, which is a change too.</summary>
    private static string? TextOf(string file)
    {
        try
        {
            return new FileInfo(file) is { Exists: true, Length: <= OverlayLimits.MaxFileBytes }
                ? System.IO.File.ReadAllText(file, Strict)
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            return null;
        }
    }
}
