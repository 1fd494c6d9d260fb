using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Overlay;

/// <summary>
/// Several sources as one, so that one overlay can speak of what any of them lists. Nothing is said before each has listed. A
/// source that cannot be read ends the watch of all: whoever watches begins again, and what was said grows old meanwhile.
/// </summary>
public sealed class CombinedSource : IEstateSource
{
    private readonly IReadOnlyList<IEstateSource> _sources;

    public CombinedSource(IReadOnlyList<IEstateSource> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        _sources =
            sources.Count > 0 ? sources : throw new ArgumentException("name at least one source", nameof(sources));
    }

    public string Name => string.Join(" and ", _sources.Select(source => source.Name));

    public async IAsyncEnumerable<EstateBatch> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var batches = Channel.CreateBounded<(IEstateSource Source, EstateBatch Batch)>(_sources.Count);
        var pumps = PumpAllAsync(batches.Writer, stop.Token);
        var listings = new CombinedListings(_sources);
        try
        {
            await foreach (var (source, batch) in batches.Reader.ReadAllAsync(cancellationToken))
            {
                if (listings.Take(source, batch) is { } combined)
                {
                    yield return combined;
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            await pumps.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Each is asked for all of them: it answers for what is its own, and says nothing of the rest.</summary>
    public async ValueTask<EstateBatch> ObserveAsync(
        IReadOnlyCollection<ResourceId> ids,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var answers = await Task.WhenAll(
            _sources.Select(source => source.ObserveAsync(ids, cancellationToken).AsTask())
        );
        return new EstateBatch([.. answers.SelectMany(answer => answer.Changes)], IsFullListing: false);
    }

    private async Task PumpAllAsync(
        ChannelWriter<(IEstateSource, EstateBatch)> writer,
        CancellationToken cancellationToken
    )
    {
        await Task.WhenAll(_sources.Select(source => PumpAsync(source, writer, cancellationToken)));
        writer.TryComplete();
    }

    /// <summary>The first that fails ends the reading, with its own error.</summary>
    private static async Task PumpAsync(
        IEstateSource source,
        ChannelWriter<(IEstateSource, EstateBatch)> writer,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await foreach (var batch in source.WatchAsync(cancellationToken))
            {
                await writer.WriteAsync((source, batch), cancellationToken);
            }
        }
        catch (Exception error)
        {
            writer.TryComplete(error);
        }
    }
}
