using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>Notices of a statement that stands in the place of the client's: those on names that we made up are told in the client's words.</summary>
internal sealed partial class ServerPump
{
    private Substitute? SubstituteNow => sent.TryPeek(out var head) ? ExecutionOf(head)?.Substitute : null;

    private async ValueTask HandleNoticeAsync(Substitute substitute, MessageHeader header, CancellationToken token)
    {
        var body = await upstream.Reader.ReadBodyAsync(header, token).ConfigureAwait(false);
        if (!ErrorFields.TryRead(body.Span, out var notice) || substitute.Told(notice.Message) is not { } told)
        {
            Pass(header, body.Span);
            return;
        }

        foreach (var message in told)
        {
            BackendMessages.WriteNotice(client, notice with { Message = message });
        }
    }
}
