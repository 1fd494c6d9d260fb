namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>
/// The databases that are in use, each once for each role. One that nobody is in makes room where there are too many, and
/// is forgotten at once where its catalogue cannot be read: whoever makes names up holds nobody off.
/// </summary>
internal sealed class DatabasePlaces(Func<string, bool, DatabaseParts> make, TimeProvider clock) : IAsyncDisposable
{
    private readonly Dictionary<(string Name, bool OnlyReads), Place> _places = [];
    private readonly Lock _lock = new();

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _places.Count;
            }
        }
    }

    /// <summary>To be disposed of by whoever entered; null where others are in as many databases as may be used.</summary>
    public async ValueTask<DatabaseVisit?> EnterAsync(string name, bool onlyReads)
    {
        var place = Enter((name, onlyReads), out var left);
        await DisposeAsync(left).ConfigureAwait(false);
        return place is null ? null : new DatabaseVisit(place.Parts, () => LeaveAsync(place));
    }

    public async ValueTask DisposeAsync()
    {
        List<Place> all;
        lock (_lock)
        {
            all = [.. _places.Values];
            _places.Clear();
        }

        foreach (var place in all)
        {
            await DisposeAsync(place).ConfigureAwait(false);
        }
    }

    private Place? Enter((string Name, bool OnlyReads) key, out Place? left)
    {
        left = null;
        lock (_lock)
        {
            if (!_places.TryGetValue(key, out var place))
            {
                if (_places.Count >= Limits.MaxDatabases && (left = Empty()) is null)
                {
                    return null;
                }

                place = new Place(key, make(key.Name, key.OnlyReads));
                _places.Add(key, place);
            }

            place.Visitors++;
            return place;
        }
    }

    /// <summary>Takes out the one that nobody has been in for the longest time; under the lock.</summary>
    private Place? Empty()
    {
        var empty = _places.Values.Where(place => place.Visitors == 0).MinBy(place => place.LeftAt);
        if (empty is not null)
        {
            _places.Remove(empty.Key);
        }

        return empty;
    }

    private async ValueTask LeaveAsync(Place place)
    {
        lock (_lock)
        {
            place.LeftAt = clock.GetTimestamp();
            if (
                --place.Visitors > 0
                || !place.Parts.Catalogue.IsUnreadable
                || !_places.Remove(place.Key, out var forgotten)
            )
            {
                return;
            }

            place = forgotten;
        }

        await DisposeAsync(place).ConfigureAwait(false);
    }

    private static ValueTask DisposeAsync(Place? place) => place?.Parts.DisposeAsync() ?? ValueTask.CompletedTask;

    private sealed class Place((string Name, bool OnlyReads) key, DatabaseParts parts)
    {
        public (string Name, bool OnlyReads) Key { get; } = key;

        public DatabaseParts Parts { get; } = parts;

        public int Visitors { get; set; }

        public long LeftAt { get; set; }
    }
}

/// <summary>Somebody works with a database; while they do, its place is kept.</summary>
internal sealed class DatabaseVisit(DatabaseParts parts, Func<ValueTask> leave) : IAsyncDisposable
{
    private int _hasLeft;

    public DatabaseParts Parts { get; } = parts;

    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _hasLeft, 1) == 0 ? leave() : ValueTask.CompletedTask;
}
