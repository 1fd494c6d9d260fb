using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Homeostat.Core.Estate;
using Npgsql;

namespace Homeostat.Estates.Postgres;

/// <summary>
/// A running PostgreSQL cluster as a source: everything at first, then what differs at each poll, and at once what is asked for.
/// One watch at a time.
/// </summary>
public sealed class PostgresSource : IEstateSource, IAsyncDisposable
{
    private readonly PostgresOptions _options;
    private readonly TimeProvider _time;
    private readonly ClusterReader _reader;
    private readonly LookReader _looks;
    private readonly ServerLooks _server;

    /// <summary>What was answered since the poll before: the next poll says it again, for it may be another by then.</summary>
    private readonly ConcurrentDictionary<ResourceId, byte> _answered = new();

    public PostgresSource(PostgresOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.PollInterval <= TimeSpan.Zero)
        {
            throw new ArgumentException("the poll interval must be longer than zero", nameof(options));
        }

        (_options, _time) = (options, time);
        _server = new ServerLooks(options, Name, time);
        var writes = new WriteTrail();
        _reader = new ClusterReader(options, _server, writes);
        _looks = new LookReader(options, _server, _reader, writes);
    }

    public string Name => $"postgres:{_options.Cluster}";

    /// <summary>What the newest poll could not see, and what would let it.</summary>
    public IReadOnlyList<string> Problems => _reader.Problems;

    public async IAsyncEnumerable<EstateBatch> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var said = new Dictionary<ResourceId, EstateChange.Upsert>();
        for (var isFirst = true; ; isFirst = false)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var again = Drain();
            var listing = await GuardAsync(() => _reader.ReadAsync(cancellationToken), cancellationToken)
                .ConfigureAwait(false);
            _looks.Forget();
            if (isFirst || again is null)
            {
                said = listing.Records.ToDictionary();
                yield return new EstateBatch([.. said.Values], IsFullListing: true);
            }
            else if (Changes(said, listing, again) is { Count: > 0 } changes)
            {
                yield return new EstateBatch(changes, IsFullListing: false);
            }

            await Task.Delay(_options.PollInterval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask<EstateBatch> ObserveAsync(
        IReadOnlyCollection<ResourceId> ids,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(ids);
        cancellationToken.ThrowIfCancellationRequested();
        var changes = await GuardAsync(() => _looks.ReadAsync(ids, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        foreach (var change in changes)
        {
            _answered[IdOf(change)] = 0;
        }

        return new EstateBatch(changes, IsFullListing: false);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>Null where too much was answered to remember: then everything is said again.</summary>
    private HashSet<ResourceId>? Drain()
    {
        var again = _answered.Keys.ToHashSet();
        foreach (var id in again)
        {
            _answered.TryRemove(id, out _);
        }

        return again.Count > PostgresLimits.MaxAnswered ? null : again;
    }

    /// <summary>
    /// What differs from what was said. What somebody asked for while this poll was under way was answered by a newer look: it waits for the next.
    /// </summary>
    private List<EstateChange> Changes(
        Dictionary<ResourceId, EstateChange.Upsert> said,
        Listing listing,
        HashSet<ResourceId> again
    )
    {
        var changes = new List<EstateChange>();
        foreach (var (id, record) in listing.Records)
        {
            var isDue =
                !said.TryGetValue(id, out var before)
                || again.Contains(id)
                || !Difference.IsSame(before, record)
                || Difference.IsDue(before, record);
            if (isDue && !_answered.ContainsKey(id))
            {
                said[id] = record;
                changes.Add(record);
            }
        }

        foreach (var id in said.Keys.Union(again).Where(id => !listing.Records.ContainsKey(id)).ToList())
        {
            // A listing leaves out the functions and types of an extension, and what is there by being named: an answer about them stands.
            var isListed = said.ContainsKey(id) || PostgresId.Parse(id) is { Kind: null or "schema" or "trigger" };
            if (!_answered.ContainsKey(id) && isListed && !listing.IsUnread(id))
            {
                said.Remove(id);
                changes.Add(new EstateChange.Remove(id, listing.Seen));
            }
        }

        return changes;
    }

    private static ResourceId IdOf(EstateChange change) =>
        change switch
        {
            EstateChange.Upsert upsert => upsert.Resource.Id,
            EstateChange.Remove remove => remove.Id,
            _ => default,
        };

    private async Task<T> GuardAsync<T>(Func<Task<T>> read, CancellationToken token)
    {
        try
        {
            return await TwiceAsync(read, token).ConfigureAwait(false);
        }
        catch (Exception error)
            when (error is NpgsqlException or TimeoutException or InvalidCastException or ArgumentException
                && !token.IsCancellationRequested
            )
        {
            throw new EstateSourceException(
                $"{Name} cannot be read: {error.Message}; look at the server and at the connection string of this source",
                error
            );
        }
        catch (NpgsqlException) when (token.IsCancellationRequested)
        {
            throw new OperationCanceledException(token);
        }
    }

    /// <summary>
    /// A connection that lay idle may have been ended meanwhile, which shows at its next use: then the same is asked over new ones. So
    /// it is where PostgreSQL 13 was to describe what went at that moment, which is an internal error there.
    /// </summary>
    private async Task<T> TwiceAsync<T>(Func<Task<T>> read, CancellationToken token)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (NpgsqlException error)
            when (!token.IsCancellationRequested
                && (
                    error.InnerException is IOException
                    || error.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.InternalError
                )
            )
        {
            _server.ForgetIdle();
            return await read().ConfigureAwait(false);
        }
    }
}
