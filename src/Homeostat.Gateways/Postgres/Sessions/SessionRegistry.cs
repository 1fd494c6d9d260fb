using System.Collections.Concurrent;
using System.Security.Cryptography;
using Homeostat.Core.Actions;
using Homeostat.Core.Leases;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>The sessions of one gateway: who may cancel which, and whose lease is over.</summary>
internal sealed class SessionRegistry(GatewayParts parts)
{
    private readonly ConcurrentDictionary<int, Session?> _sessions = new();
    private readonly ConcurrentDictionary<Session, DateTimeOffset> _expired = new();

    public int Count => _sessions.Count;

    /// <summary>A process id that no other session has.</summary>
    public int Reserve()
    {
        int id;
        do
        {
            id = RandomNumberGenerator.GetInt32(1, int.MaxValue);
        } while (!_sessions.TryAdd(id, null));

        return id;
    }

    public void Add(Session session) => _sessions[session.ProcessId] = session;

    public void Remove(int processId)
    {
        if (_sessions.TryRemove(processId, out var session) && session is not null)
        {
            _expired.TryRemove(session, out _);
        }
    }

    /// <summary>Stops what a session runs, if the request shows that session's secret; otherwise does nothing and says nothing.</summary>
    public Task CancelAsync(CancelRequestMessage request) =>
        _sessions.TryGetValue(request.ProcessId, out var session) && session?.IsKnownBy(request) == true
            ? session.CancelAsync()
            : Task.CompletedTask;

    /// <summary>Cuts every session of the lease and of those under it.</summary>
    public void EndRevoked(LeaseId revoked)
    {
        foreach (var (_, session) in _sessions)
        {
            if (session is not null && parts.Leases.IsAbove(revoked, session.Lease.Id))
            {
                session.End(Over($"lease {session.Lease.Id} was revoked"));
            }
        }
    }

    /// <summary>Ends sessions whose lease has expired: after their transaction, or when that takes too long.</summary>
    public void EndExpired(DateTimeOffset now)
    {
        foreach (var (_, session) in _sessions)
        {
            if (
                session is null
                || parts.Leases.Find(session.Lease.Id, session.Lease.Agent, now).Refusal is not { } refusal
            )
            {
                continue;
            }

            if (session.IsIdle || now - _expired.GetOrAdd(session, now) >= Limits.MaxAfterExpiry)
            {
                session.End(Over(refusal));
            }
        }
    }

    public void EndAll(string why)
    {
        foreach (var (_, session) in _sessions)
        {
            session?.End(Over(why));
        }
    }

    private static ErrorFields Over(string why) => new(ErrorFields.Fatal, SqlState.AdminShutdown, why);
}
