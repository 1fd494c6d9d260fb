using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Homeostat.Ledger.Storage;

/// <summary>How a log is run; the default admits statements by the log's own key only.</summary>
public sealed record LedgerOptions
{
    /// <summary>Whose statements the log takes, besides its own key's.</summary>
    public SignerSet Signers { get; init; } = new();

    /// <summary>A second place for the last signed checkpoint; without one, receipts say <see cref="ForkProtection.None"/>.</summary>
    public IHeadStore? SecondHead { get; init; }

    /// <summary>How often new entries are published at most; whoever waits for a publication does not wait for this.</summary>
    public TimeSpan PublishEvery { get; init; } = Limits.PublishEvery;

    public int SegmentBytes { get; init; } = Limits.SegmentBytes;

    /// <summary>What to do when the state of the disk is no longer known: end the process. It must not return, outside tests.</summary>
    public Action<string> OnFatal { get; init; } = Environment.FailFast;

    /// <summary>Where nonces come from.</summary>
    public Action<Span<byte>> FillRandom { get; init; } = RandomNumberGenerator.Fill;
}

/// <summary>The public keys whose statements a log takes; an immutable set, replaced whole.</summary>
public sealed class SignerSet
{
    private ImmutableHashSet<string> _keys = [];

    public void Admit(ReadOnlySpan<byte> publicKey)
    {
        var key = Convert.ToHexStringLower(publicKey);
        ImmutableInterlocked.Update(ref _keys, static (keys, added) => keys.Add(added), key);
    }

    public void Refuse(ReadOnlySpan<byte> publicKey)
    {
        var key = Convert.ToHexStringLower(publicKey);
        ImmutableInterlocked.Update(ref _keys, static (keys, removed) => keys.Remove(removed), key);
    }

    public bool Admits(ReadOnlySpan<byte> publicKey) =>
        Volatile.Read(ref _keys).Contains(Convert.ToHexStringLower(publicKey));
}
