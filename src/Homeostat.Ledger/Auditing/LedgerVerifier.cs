using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Ledger.Auditing;

/// <summary>
/// Checks a whole log with nothing but its files and a verifier key: the checkpoint's signature, every tile against the entries, the root
/// against the tiles, and every statement's signature. Memory does not grow with the log.
/// </summary>
public static class LedgerVerifier
{
    /// <summary>Verifies a log in a folder, or behind an http(s) URL.</summary>
    /// <param name="location">A folder or a URL.</param>
    /// <param name="verifierKey">The log's key as <c>name+id+base64</c>.</param>
    /// <param name="checkSignatures">False checks the hashes alone.</param>
    /// <param name="witnesses">Whose cosignatures are expected; where given, any other signature on the checkpoint is a finding.</param>
    public static VerificationReport Verify(
        string location,
        string verifierKey,
        bool checkSignatures = true,
        IReadOnlyList<VerifierKey>? witnesses = null
    )
    {
        return Run(location, VerifierKey.Parse(verifierKey), checkSignatures, witnesses, []);
    }

    /// <summary>
    /// Verifies a log and replays it through folds, which see every statement in order: each signer's sequence is always one of them.
    /// </summary>
    public static VerificationReport Audit(
        string location,
        string verifierKey,
        IReadOnlyList<IAuditFold>? folds = null,
        IReadOnlyList<VerifierKey>? witnesses = null
    ) =>
        Run(
            location,
            VerifierKey.Parse(verifierKey),
            checkSignatures: true,
            witnesses,
            [new SequenceFold(), .. folds ?? []]
        );

    private static VerificationReport Run(
        string location,
        VerifierKey key,
        bool checkSignatures,
        IReadOnlyList<VerifierKey>? witnesses,
        IReadOnlyList<IAuditFold> folds
    )
    {
        if (!IsUrl(location))
        {
            return new LogWalk(new FolderTiles(location), key, checkSignatures, witnesses, folds).Run();
        }

        using var http = Http(location);
        return new LogWalk(http, key, checkSignatures, witnesses, folds).Run();
    }

    internal static bool IsUrl(string location) =>
        location.StartsWith("http://", StringComparison.Ordinal)
        || location.StartsWith("https://", StringComparison.Ordinal);

    internal static HttpTiles Http(string location) => new(new Uri(location.TrimEnd('/') + "/"));
}
