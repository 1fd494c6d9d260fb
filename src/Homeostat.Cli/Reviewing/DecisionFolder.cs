using System.Diagnostics.CodeAnalysis;
using Homeostat.Core.Deciding;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Storage;

namespace Homeostat.Cli.Reviewing;

/// <summary>The log of decisions in a folder, with the key that signs it in a file beside the folder.</summary>
internal sealed class DecisionFolder : IDisposable
{
    public const string Origin = "homeostat.local/decisions";
    public const string DefaultPath = ".homeostat/log";

    /// <summary>How long a review waits for another one that is writing just now.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly SigningKey _key;
    private readonly LedgerLog _log;

    private DecisionFolder(string path, SigningKey key, LedgerLog log) => (Path, _key, _log) = (path, key, log);

    public string Path { get; }

    public DecisionLog Decisions => new(_log, Origin, DecisionKind.Review);

    /// <summary>Where the signing key of a log is kept; only its owner can read it.</summary>
    public static string KeyPathOf(string folder) => $"{folder.TrimEnd('/')}.key";

    /// <summary>Where the key stands with which anybody can verify the log.</summary>
    public static string PublicKeyPathOf(string folder) => $"{folder.TrimEnd('/')}.pub";

    /// <summary>Opens the log, or starts one; null with the reason where that cannot be done.</summary>
    public static async Task<(DecisionFolder? Folder, string? Refusal)> OpenAsync(
        string path,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        SigningKey? key = null;
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
            key = SigningKey.LoadOrCreate(KeyPathOf(path), Origin);
            await File.WriteAllTextAsync(PublicKeyPathOf(path), $"{key.VerifierKey}\n", cancellationToken);
            return (new DecisionFolder(path, key, await OpenLogAsync(path, key, clock, cancellationToken)), null);
        }
        catch (Exception failure)
            when (failure is LedgerOpenException or IOException or UnauthorizedAccessException or FormatException)
        {
            key?.Dispose();
            return (null, $"the log {path} cannot be opened: {failure.Message}");
        }
    }

    public void Dispose()
    {
        _log.Dispose();
        _key.Dispose();
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "the folder owns the log")]
    private static async Task<LedgerLog> OpenLogAsync(
        string path,
        SigningKey key,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return LedgerLog.Open(path, Origin, key, clock);
            }
            catch (LedgerOpenException refusal)
                when (refusal.InnerException is IOException
                    && Directory.Exists(path)
                    && clock.GetElapsedTime(start) < Patience
                )
            {
                // Another review of the same folder holds it for a moment.
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
    }
}
