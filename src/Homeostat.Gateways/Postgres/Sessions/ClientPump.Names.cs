namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>What the names of statements and portals stand for, as the server has them.</summary>
internal sealed partial class ClientPump
{
    private bool IsFree(ReadOnlySpan<byte> portal) =>
        _portals.Find(portal) is not { } naming || _outgoing.IsCertain(naming);

    /// <summary>What a name stands for, once the server has said so where it may still fail apart from us.</summary>
    private async ValueTask<T?> CertainAsync<T>(NameTable<T> table, ReadOnlyMemory<byte> name, CancellationToken token)
        where T : class
    {
        if (table.Find(name.Span) is { } naming && !_outgoing.IsCertain(naming))
        {
            await _outgoing.DrainAsync(token).ConfigureAwait(false);
        }

        if (table.Find(name.Span) is { } still && !_outgoing.IsCertain(still) && !_outgoing.IsPassedOver)
        {
            // Everything was answered and this was not: it was never sent.
            still.Standing = Standing.Failed;
        }

        return table.Find(name.Span)?.Value;
    }

    /// <summary>Portals end with their transaction.</summary>
    private void Tidy()
    {
        if (_portals.Count >= Limits.PortalsKept)
        {
            var idle = parts.Server.IdleSegment;
            _portals.RemoveWhere((_, naming) => naming.Segment <= idle);
        }
    }
}
