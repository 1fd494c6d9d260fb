using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Gateways.Postgres.Authentication;
using Homeostat.Gateways.Postgres.Upstream;
using Homeostat.Gateways.Postgres.Wire;
using Microsoft.Extensions.Logging;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>What the front door works with.</summary>
internal sealed record FrontDoorParts
{
    public required PostgresOptions Options { get; init; }

    public required GatewayParts Gateway { get; init; }

    public required SessionRegistry Sessions { get; init; }

    public required DatabasePlaces Databases { get; init; }

    public required Settler Settler { get; init; }

    public required ILogger Log { get; init; }
}

/// <summary>Lets clients in that show a lease, over TLS where they come from elsewhere.</summary>
internal sealed class FrontDoor(FrontDoorParts parts)
{
    private static readonly byte[] Yes = [(byte)'S'];
    private static readonly byte[] No = [(byte)'N'];

    private readonly TlsAcceptor? _tls = parts.Options.Certificate is { } certificate ? new(certificate) : null;
    private readonly MockVerifiers _mocks = new();

    /// <summary>A connection from its first byte to its end.</summary>
    /// <param name="known">Called once the client has shown a lease.</param>
    public async Task ServeAsync(Socket socket, Action known, CancellationToken token)
    {
        var door = new Doorway(new NetworkStream(socket, ownsSocket: true));
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
            using var timer = parts.Gateway.Clock.CreateTimer(
                _ => limit.Cancel(),
                null,
                Limits.MaxStartupTime,
                Timeout.InfiniteTimeSpan
            );
            var isLocal = socket.RemoteEndPoint is IPEndPoint { Address: var address } && IPAddress.IsLoopback(address);
            if (await LetInAsync(door, isLocal, limit.Token).ConfigureAwait(false) is { } guest)
            {
                known();
                await timer.DisposeAsync().ConfigureAwait(false);
                await ServeAsync(door, guest.Lease, guest.Settings, token).ConfigureAwait(false);
            }
        }
        catch (ProtocolException error)
        {
            await RefuseAsync(door, error.SqlState, error.Message).ConfigureAwait(false);
        }
        catch (UpstreamException error)
        {
            await RefuseAsync(door, error.SqlState, error.Message).ConfigureAwait(false);
        }
        catch (SessionUnsureException error)
        {
            await RefuseAsync(door, SqlState.ObjectNotInPrerequisiteState, error.Message).ConfigureAwait(false);
        }
        catch (Exception gone)
            when (gone
                    is IOException
                        or SocketException
                        or OperationCanceledException
                        or System.Security.Authentication.AuthenticationException
                        or ObjectDisposedException
            )
        {
            // The client left, was too slow, or the gateway ends: there is nobody to tell.
        }
        finally
        {
            await door.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<(Lease Lease, StartupSettings Settings)?> LetInAsync(
        Doorway door,
        bool isLocal,
        CancellationToken token
    )
    {
        // 1. Until the client says who it is: TLS, or a request to cancel.
        while (true)
        {
            var packet = await door.Reader.ReadStartupAsync(token).ConfigureAwait(false);
            switch (StartupCode.Read(packet.Span))
            {
                case 0 when packet.IsEmpty:
                    return null;
                case StartupCode.GssEncRequest:
                    await door.AnswerAsync(No, token).ConfigureAwait(false);
                    break;
                case StartupCode.SslRequest when door.IsEncrypted || _tls is null:
                    await door.AnswerAsync(No, token).ConfigureAwait(false);
                    break;
                case StartupCode.SslRequest:
                    await door.AnswerAsync(Yes, token).ConfigureAwait(false);
                    await door.EncryptAsync(_tls, token).ConfigureAwait(false);
                    break;
                case StartupCode.CancelRequest:
                    if (CancelRequestMessage.TryRead(packet.Span, out var request))
                    {
                        await parts.Sessions.CancelAsync(request).ConfigureAwait(false);
                    }

                    return null;
                default:
                    return await AskLeaseAsync(door, packet, isLocal, token).ConfigureAwait(false);
            }
        }
    }

    private async Task<(Lease, StartupSettings)> AskLeaseAsync(
        Doorway door,
        ReadOnlyMemory<byte> packet,
        bool isLocal,
        CancellationToken token
    )
    {
        // 2. What it asks for.
        if (!StartupMessage.TryRead(packet.Span, out var message))
        {
            throw new ProtocolException("the startup message is cut");
        }

        var settings = StartupSettings.Of(message);
        if (!door.IsEncrypted && !(isLocal && parts.Options.AllowPlainOnLoopback))
        {
            throw new ProtocolException(SqlState.InvalidAuthorization, "TLS is required: connect with sslmode=require");
        }

        if (settings.AsksForNewer || settings.UnknownOptions.Count > 0)
        {
            BackendMessages.WriteNegotiateProtocolVersion(door.Writer, 0, [.. settings.UnknownOptions]);
        }

        // 3. Whether it knows the secret of a lease; whether the lease exists is not told.
        var lease = parts.Gateway.Leases.FindLease(new(settings.User));
        var verifier =
            lease is not null && ScramVerifier.TryParse(lease.PasswordVerifier, out var own)
                ? own
                : _mocks.For(settings.User);
        if (
            !await ScramExchange.RunAsync(door.Reader, door.Writer, verifier, token).ConfigureAwait(false)
            || lease is null
        )
        {
            throw new ProtocolException(
                SqlState.InvalidPassword,
                $"password authentication failed for user \"{settings.User}\""
            );
        }

        // 4. Whether the lease can be used.
        CheckLease(lease);
        return (lease, settings);
    }

    private void CheckLease(Lease lease)
    {
        if (parts.Gateway.Leases.Find(lease.Id, lease.Agent, parts.Gateway.Clock.GetUtcNow()).Refusal is { } refusal)
        {
            throw new ProtocolException(SqlState.InvalidAuthorization, refusal);
        }
    }

    private async Task ServeAsync(Doorway door, Lease lease, StartupSettings settings, CancellationToken token)
    {
        // 5. Whether the lease is for anything in that database; whether there is one is not asked before.
        CheckReach(lease, settings.Database);

        // 6. A connection of its own, and only where the server has let us in a place among the databases: names that are
        // made up take none.
        var onlyReads = lease.Cone.Manner == Manner.ReadOnly;
        var upstream = await UpstreamConnection
            .ConnectAsync(parts.Options.AddressFor(onlyReads), settings.Database, settings.ApplicationName, token)
            .ConfigureAwait(false);
        await using (upstream.ConfigureAwait(false))
        {
            if (settings.ToSql() is { } sql)
            {
                await upstream.QueryAsync(sql, (_, _) => { }, token).ConfigureAwait(false);
            }

            var visit =
                await parts.Databases.EnterAsync(settings.Database, onlyReads).ConfigureAwait(false)
                ?? throw new ProtocolException(SqlState.TooManyConnections, "sessions are open to too many databases");
            await using (visit.ConfigureAwait(false))
            {
                await ServeAsync(door, lease, visit.Parts, upstream, token).ConfigureAwait(false);
            }
        }
    }

    private void CheckReach(Lease lease, string database)
    {
        var names = new PostgresNames(parts.Options.Cluster, database);
        var where = lease.Cone.Where;
        if (
            !where.Matches(parts.Gateway.Estate() ?? EstateSnapshot.Empty, names.Database)
            && !names.InDatabase.Any(where.MaySelectUnder)
            && !IsObserved(lease, names)
        )
        {
            throw new ProtocolException(
                SqlState.InsufficientPrivilege,
                $"database {names.Database} is outside lease {lease.Id}; ask for a lease for it"
            );
        }
    }

    /// <summary>Where a team only watches, nobody is held off for what a lease does not say.</summary>
    private bool IsObserved(Lease lease, PostgresNames names) =>
        parts
            .Gateway.Decider.Simulate(
                new ActionRequest
                {
                    Id = new RequestId("pg-login"),
                    Agent = lease.Agent,
                    Lease = lease.Id,
                    Operation = "CONNECT",
                    Effects = [new Effect.Read(names.Database, "session")],
                    PayloadHash = Convert.ToHexStringLower(SHA256.HashData([])),
                    Goal = new Goal(lease.Purpose),
                }
            )
            .Verdict == Verdict.Allow;

    private async Task ServeAsync(
        Doorway door,
        Lease lease,
        DatabaseParts database,
        UpstreamConnection upstream,
        CancellationToken token
    )
    {
        // 7. The session.
        database.Catalogue.Start();
        var processId = parts.Sessions.Reserve();
        try
        {
            using var session = SessionOf(door, lease, database, upstream, processId);
            parts.Sessions.Add(session);
            CheckLease(lease);
            await session.StartAsync(token).ConfigureAwait(false);
            await GreetAsync(door, upstream, session, token).ConfigureAwait(false);
            Log.Began(parts.Log, processId, lease.Id.Value, database.Name);
            Log.Ended(parts.Log, processId, await session.RunAsync(token).ConfigureAwait(false));
        }
        finally
        {
            parts.Sessions.Remove(processId);
        }
    }

    private Session SessionOf(
        Doorway door,
        Lease lease,
        DatabaseParts database,
        UpstreamConnection upstream,
        int processId
    ) =>
        new(
            new SessionParts
            {
                Gateway = parts.Gateway,
                Lease = lease,
                Database = database,
                Upstream = upstream,
                Client = door.Reader,
                ToClient = door.Writer,
                Settler = parts.Settler,
                Log = parts.Log,
            }
        )
        {
            ProcessId = processId,
            Secret = BitConverter.ToInt32(RandomNumberGenerator.GetBytes(sizeof(int))),
        };

    /// <summary>The server's own settings, and a key of ours in the place of its own.</summary>
    private static async ValueTask GreetAsync(
        Doorway door,
        UpstreamConnection upstream,
        Session session,
        CancellationToken token
    )
    {
        BackendMessages.WriteAuthenticationOk(door.Writer);
        foreach (var (name, value) in upstream.Parameters)
        {
            BackendMessages.WriteParameterStatus(door.Writer, name, value);
        }

        BackendMessages.WriteBackendKeyData(door.Writer, session.ProcessId, session.Secret);
        BackendMessages.WriteReadyForQuery(door.Writer, TransactionStatus.Idle);
        await door.Writer.FlushAsync(token).ConfigureAwait(false);
    }

    private async Task RefuseAsync(Doorway door, string sqlState, string why)
    {
        Log.Refused(parts.Log, why);
        using var limit = new CancellationTokenSource(Limits.MaxGoodbyeTime);
        try
        {
            BackendMessages.WriteError(door.Writer, new ErrorFields(ErrorFields.Fatal, sqlState, why));
            await door.Writer.FlushAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception gone)
            when (gone is IOException or SocketException or OperationCanceledException or InvalidOperationException)
        {
            // The client left without waiting for the answer.
        }
    }
}
