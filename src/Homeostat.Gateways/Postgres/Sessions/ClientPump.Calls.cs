using System.Collections.Frozen;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>
/// The function-call message, for what libpq reads large objects by (and with it pg_dump): each call is decided as the same
/// call in a SELECT would be. Any other function has to be called in one.
/// </summary>
internal sealed partial class ClientPump
{
    /// <summary>By the numbers that they have in every server; nobody can give one of them to another function.</summary>
    private static readonly FrozenDictionary<uint, byte[]> Calls = new Dictionary<uint, byte[]>
    {
        [952] = "select pg_catalog.lo_open($1, $2)"u8.ToArray(),
        [953] = "select pg_catalog.lo_close($1)"u8.ToArray(),
        [954] = "select pg_catalog.loread($1, $2)"u8.ToArray(),
        [956] = "select pg_catalog.lo_lseek($1, $2, $3)"u8.ToArray(),
        [958] = "select pg_catalog.lo_tell($1)"u8.ToArray(),
        [3170] = "select pg_catalog.lo_lseek64($1, $2, $3)"u8.ToArray(),
        [3171] = "select pg_catalog.lo_tell64($1)"u8.ToArray(),
    }.ToFrozenDictionary();

    private async ValueTask CallAsync(MessageHeader header, CancellationToken token)
    {
        var body = await _client.ReadBodyAsync(header, token).ConfigureAwait(false);
        if (!FunctionCallMessage.TryRead(body.Span, out var call))
        {
            throw new ProtocolException("a FunctionCall message is cut");
        }

        var refusal = Calls.TryGetValue(call.Function, out var text)
            ? await JudgeCallAsync(text, token).ConfigureAwait(false)
            : Refusal.Unsupported("the function-call message is not supported", "call the function by SELECT");
        if (_outgoing.IsPassedOver)
        {
            return;
        }

        if (refusal is not null)
        {
            _outgoing.RefuseQuery(refusal);
            return;
        }

        _outgoing.SendCall(header, body.Span);
    }

    private async ValueTask<Refusal?> JudgeCallAsync(byte[] text, CancellationToken token)
    {
        if (await CatchUpAsync(token).ConfigureAwait(false) is { } unsure)
        {
            return unsure;
        }

        if (_outgoing.IsPassedOver)
        {
            return null;
        }

        var reading = await ReadAsync(text, token).ConfigureAwait(false);
        if (reading.Refusal is not null || reading.Plans is not [{ OnlyLooks: true, IsFollowed: false } plan])
        {
            return reading.Refusal ?? Refusal.Unsupported("this call is not supported", "call the function by SELECT");
        }

        return (await DecideAsync(plan).ConfigureAwait(false)).Refusal;
    }
}
