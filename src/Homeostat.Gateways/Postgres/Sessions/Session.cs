using System.Net.Sockets;
using System.Security.Cryptography;
using Homeostat.Core.Leases;
using Homeostat.Gateways.Postgres.Upstream;
using Homeostat.Gateways.Postgres.Wire;
using Microsoft.Extensions.Logging;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>What a session is made of.</summary>
internal sealed record SessionParts
{
    public required GatewayParts Gateway { get; init; }

    public required Lease Lease { get; init; }

    public required DatabaseParts Database { get; init; }

    public required UpstreamConnection Upstream { get; init; }

    public required MessageReader Client { get; init; }

    public required MessageWriter ToClient { get; init; }

    public required Settler Settler { get; init; }

    public required ILogger Log { get; init; }
}

/// <summary>One client with one connection to the database, from its being let in to its end, whoever ends it.</summary>
internal sealed class Session : IDisposable
{
    private readonly SessionParts _parts;
    private readonly InFlightQueue _sent = new();
    private readonly ServerPump _server;
    private readonly SessionMeaning _meaning;
    private readonly ClientPump _client;
    private readonly CancellationTokenSource _ending = new();
    private ErrorFields? _why;

    public Session(SessionParts parts)
    {
        _parts = parts;
        var clock = parts.Gateway.Clock;
        _server = new ServerPump(parts.Upstream, parts.ToClient, _sent, new HeldPermits(parts.Settler))
        {
            OnCatalogueCommitted = () => ReadCatalogue(parts.Database, clock.GetTimestamp()),
        };
        var outgoing = new Outgoing(parts.Upstream, _sent, _server);
        _meaning = new SessionMeaning(parts.Database, outgoing, _server, clock);
        _client = new ClientPump(
            new ClientPumpParts
            {
                Client = parts.Client,
                Outgoing = outgoing,
                Server = _server,
                Meaning = _meaning,
                Gate = new Gate(parts.Gateway, parts.Lease, parts.Settler),
                Database = parts.Database,
                Estate = parts.Gateway.Estate,
            }
        );
    }

    /// <summary>Ours, not the server's: what a client is told and has to show to cancel.</summary>
    public int ProcessId { get; init; }

    public int Secret { get; init; }

    public Lease Lease => _parts.Lease;

    /// <summary>Nothing is under way and no transaction is open.</summary>
    public bool IsIdle => _sent.IsEmpty && _server.Status == TransactionStatus.Idle;

    /// <summary>Learns what texts mean in a session that has changed nothing.</summary>
    /// <exception cref="SessionUnsureException">The role's settings do not let its statements be judged.</exception>
    public Task StartAsync(CancellationToken token) => _meaning.StartAsync(_parts.Upstream, token);

    /// <summary>Whether these are the session's own, told in a time that does not depend on how far they agree.</summary>
    public bool IsKnownBy(CancelRequestMessage request) =>
        CryptographicOperations.FixedTimeEquals(BitConverter.GetBytes(Secret), BitConverter.GetBytes(request.Secret));

    /// <summary>Cuts the session at once; the client is told why where it can be.</summary>
    public void End(ErrorFields why)
    {
        if (Interlocked.CompareExchange(ref _why, why, null) is null)
        {
            _ = _ending.CancelAsync();
        }
    }

    /// <summary>Asks the server to stop what runs.</summary>
    public async Task CancelAsync()
    {
        try
        {
            await _parts.Upstream.CancelAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (UpstreamException failure)
        {
            Log.NotCancelled(_parts.Log, failure.Message);
        }
    }

    /// <summary>Until either side ends or the session is cut.</summary>
    public async Task<string> RunAsync(CancellationToken token)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(token, _ending.Token);
        var server = Task.Run(() => _server.RunAsync(either.Token), CancellationToken.None);
        var client = Task.Run(() => _client.RunAsync(either.Token), CancellationToken.None);
        var first = await Task.WhenAny(server, client).ConfigureAwait(false);
        var farewell = Volatile.Read(ref _why) ?? Farewell(first, ReferenceEquals(first, client));
        var isBusy = !_sent.IsEmpty;
        await either.CancelAsync().ConfigureAwait(false);
        await ((Task)Task.WhenAll(server, client)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _server.Lose();
        var cut = Volatile.Read(ref _why);
        var cancelling = cut is not null && isBusy ? CancelAsync() : Task.CompletedTask;
        await SayAsync(cut ?? farewell).ConfigureAwait(false);
        await cancelling.ConfigureAwait(false);
        return (cut ?? farewell)?.Message ?? "the client left";
    }

    public void Dispose() => _ending.Dispose();

    /// <summary>What a client is told of the end that the first side came to; null where it is gone or knows.</summary>
    private ErrorFields? Farewell(Task ended, bool isClient)
    {
        switch (ended.Exception?.InnerException)
        {
            case ProtocolException error:
                return new ErrorFields(ErrorFields.Fatal, error.SqlState, error.Message);
            case SessionUnsureException or OwnQueryException:
                return new ErrorFields(
                    ErrorFields.Fatal,
                    SqlState.ObjectNotInPrerequisiteState,
                    ended.Exception.InnerException.Message
                );
            case null or OperationCanceledException or IOException or SocketException or EndOfStreamException:
                return isClient || _server.HasEnded
                    ? null
                    : new ErrorFields(
                        ErrorFields.Fatal,
                        SqlState.ConnectionFailure,
                        "the database closed the connection"
                    );
            case var failure:
                Log.Failed(_parts.Log, failure);
                return new ErrorFields(
                    ErrorFields.Fatal,
                    SqlState.ObjectNotInPrerequisiteState,
                    "the session failed and is closed"
                );
        }
    }

    /// <summary>Not within a message that is half sent.</summary>
    private async Task SayAsync(ErrorFields? farewell)
    {
        if (farewell is null || _server.IsWithinMessage)
        {
            return;
        }

        using var limit = new CancellationTokenSource(Limits.MaxGoodbyeTime);
        try
        {
            BackendMessages.WriteError(_parts.ToClient, farewell);
            await _parts.ToClient.FlushAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
            when (failure is IOException or SocketException or OperationCanceledException or InvalidOperationException)
        {
            // The client is gone, or does not listen.
        }
    }

    /// <summary>Others are to see soon what this session has changed.</summary>
    private static long ReadCatalogue(DatabaseParts database, long now)
    {
        _ = Task.Run(async () =>
        {
            try
            {
                await database.Catalogue.ReadAfterAsync(now).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException)
            {
                // The gateway ends.
            }
        });
        return now;
    }
}
