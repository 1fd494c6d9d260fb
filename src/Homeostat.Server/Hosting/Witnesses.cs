using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Witnessing;

namespace Homeostat.Server.Hosting;

/// <summary>Others that remember the log's checkpoints, as a policy names them; what cannot be undone waits for them.</summary>
internal sealed class Witnesses : IAsyncDisposable
{
    private readonly LedgerLog _log;
    private readonly TimeProvider _clock;
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler());
    private readonly WitnessCollector _collector;

    private Witnesses(LedgerLog log, TlogPolicy policy, TimeProvider clock)
    {
        (_log, _clock) = (log, clock);
        _collector = new WitnessCollector(log, new WitnessClient(policy, _http, clock), clock);
    }

    /// <exception cref="StartException">The policy cannot be read.</exception>
    public static Witnesses Open(string path, LedgerLog log, TimeProvider clock)
    {
        try
        {
            return new Witnesses(log, TlogPolicy.Parse(File.ReadAllText(path)), clock);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new StartException($"--witnesses {path}: {error.Message}");
        }
    }

    /// <summary>The receipt against a checkpoint that the policy calls witnessed; null where that took too long.</summary>
    public async Task<Receipt?> WitnessAsync(Receipt receipt)
    {
        using var patience = new CancellationTokenSource(Limits.Witness, _clock);
        try
        {
            return await _collector.WitnessAsync(receipt, patience.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            return null;
        }
    }

    /// <summary>Whether everything that is on the log now is witnessed within the time limit.</summary>
    public async Task<bool> HasAllAsync()
    {
        var last = new Receipt
        {
            Index = _log.Size - 1,
            LeafHash = default,
            TreeSize = 0,
            Root = default,
            Note = new CheckpointNote(default(ReadOnlyMemory<byte>)),
            InclusionProof = [],
            ForkProtection = ForkProtection.None,
        };
        return await WitnessAsync(last) is not null;
    }

    public async ValueTask DisposeAsync()
    {
        await _collector.DisposeAsync();
        _http.Dispose();
    }
}
