using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Homeostat.Core.Actions;
using Homeostat.Gateways.Postgres.Explaining;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Postgres.Sessions;
using Microsoft.Extensions.Logging;

namespace Homeostat.Gateways.Postgres;

/// <summary>Listens for clients of PostgreSQL; every statement of theirs is decided before the server sees it.</summary>
public sealed class PostgresGateway : IAsyncDisposable
{
    private readonly PostgresOptions _options;
    private readonly GatewayParts _parts;
    private readonly ILogger _log;
    private readonly ParserPool _parser;
    private readonly Settler _settler;
    private readonly SessionRegistry _sessions;
    private readonly FrontDoor _door;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, byte> _connections = new();
    private readonly DatabasePlaces _databases;
    private readonly Action<LeaseId> _onRevoked;
    private Socket? _listener;
    private Task _running = Task.CompletedTask;
    private int _open;
    private int _unknown;

    /// <exception cref="ArgumentException">The options are wrong; the text says all of it.</exception>
    public PostgresGateway(PostgresOptions options, GatewayParts parts)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(parts);
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        }

        (_options, _parts) = (options, parts);
        _log = parts.Loggers.CreateLogger<PostgresGateway>();
        _parser = new ParserPool(parts.Clock);
        _settler = new Settler(parts.SettleAsync, parts.Clock, _log);
        _sessions = new SessionRegistry(parts);
        _databases = new DatabasePlaces(
            (name, onlyReads) =>
                new DatabaseParts(
                    options.Cluster,
                    name,
                    options.AddressFor(onlyReads),
                    _parser,
                    options.Declared,
                    parts.Clock
                ),
            parts.Clock
        );
        _onRevoked = _sessions.EndRevoked;
        _door = new FrontDoor(
            new FrontDoorParts
            {
                Options = options,
                Gateway = parts,
                Sessions = _sessions,
                Databases = _databases,
                Settler = _settler,
                Log = _log,
            }
        );
    }

    /// <summary>Where clients come, once started.</summary>
    public IPEndPoint EndPoint =>
        _listener?.LocalEndPoint as IPEndPoint ?? throw new InvalidOperationException("the gateway is not started");

    /// <summary>Databases that are held ready, each once for each role.</summary>
    internal int Databases => _databases.Count;

    /// <summary>Sessions that are open.</summary>
    public int Sessions => _sessions.Count;

    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public Task StartAsync(CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        var listener = new Socket(_options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(_options.Listen);
        listener.Listen(Limits.MaxUnknownConnections);
        _listener = listener;
        _parts.Leases.OnRevoked += _onRevoked;
        Log.Listening(_log, _options.Cluster, EndPoint.ToString());
        _running = Task.WhenAll(Task.Run(AcceptAsync, token), Task.Run(CheckLeasesAsync, token));
        return Task.CompletedTask;
    }

    /// <summary>What a text would do in a database, in a fresh session of the role for leases that write; nothing of it is run.</summary>
    public async Task<ExplainedText> ExplainAsync(string database, string text, CancellationToken token)
    {
        ArgumentException.ThrowIfNullOrEmpty(database);
        ArgumentNullException.ThrowIfNull(text);
        if (await _databases.EnterAsync(database, onlyReads: false).ConfigureAwait(false) is not { } visit)
        {
            return ExplainedText.Refused($"more than {Limits.MaxDatabases} databases are in use");
        }

        await using (visit.ConfigureAwait(false))
        {
            return await new Explainer(visit.Parts, _parts.Clock).ExplainAsync(text, token).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _parts.Leases.OnRevoked = (_parts.Leases.OnRevoked - _onRevoked) ?? (_ => { });
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener?.Dispose();
        _sessions.EndAll("the gateway is shutting down");
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_connections.Keys)
            .WaitAsync(Limits.MaxDrainTime, _parts.Clock)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _settler.DisposeAsync().ConfigureAwait(false);
        await _databases.DisposeAsync().ConfigureAwait(false);
        _parser.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Serve(await _listener!.AcceptAsync(_stopping.Token).ConfigureAwait(false));
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException failure)
            {
                // Out of descriptors, as a rule: others are closed in a while.
                Log.NotAccepting(_log, failure);
                await Task.Delay(Limits.SettleWait, _parts.Clock).ConfigureAwait(false);
            }
        }
    }

    private void Serve(Socket socket)
    {
        if (_open >= Limits.MaxConnections || _unknown >= Limits.MaxUnknownConnections)
        {
            Log.Refused(_log, "there are too many connections");
            socket.Dispose();
            return;
        }

        Interlocked.Increment(ref _open);
        Interlocked.Increment(ref _unknown);
        socket.NoDelay = true;
        var serving = Task.Run(() => ServeAsync(socket));
        _connections.TryAdd(serving, 0);
        _ = serving.ContinueWith(
            done => _connections.TryRemove(done, out _),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }

    private async Task ServeAsync(Socket socket)
    {
        var isUnknown = 1;
        void Known()
        {
            if (Interlocked.Exchange(ref isUnknown, 0) == 1)
            {
                Interlocked.Decrement(ref _unknown);
            }
        }

        try
        {
            await _door.ServeAsync(socket, Known, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            Log.Failed(_log, failure);
        }
        finally
        {
            Known();
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task CheckLeasesAsync()
    {
        using var timer = new PeriodicTimer(Limits.LeaseCheckEvery, _parts.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                _sessions.EndExpired(_parts.Clock.GetUtcNow());
            }
        }
        catch (OperationCanceledException)
        {
            // The gateway ends.
        }
    }
}
