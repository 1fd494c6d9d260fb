using Homeostat.Gateways.Postgres.Authentication;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>A client's connection, in the clear until it is encrypted.</summary>
internal sealed class Doorway : IAsyncDisposable
{
    private Stream _stream;

    public Doorway(Stream stream)
    {
        _stream = stream;
        Reader = new MessageReader(stream, MessageSource.Client);
        Writer = new MessageWriter(stream);
    }

    public MessageReader Reader { get; private set; }

    public MessageWriter Writer { get; private set; }

    public bool IsEncrypted { get; private set; }

    /// <summary>The one byte that answers a request for encryption.</summary>
    public ValueTask AnswerAsync(byte[] answer, CancellationToken token) => _stream.WriteAsync(answer, token);

    /// <exception cref="ProtocolException">The client sent more before the encryption began: somebody may have put it there.</exception>
    public async Task EncryptAsync(TlsAcceptor tls, CancellationToken token)
    {
        if (Reader.BufferedBytes > 0)
        {
            throw new ProtocolException("something was sent in the clear after the request for TLS");
        }

        _stream = await tls.AcceptAsync(_stream, token).ConfigureAwait(false);
        Reader.Dispose();
        Writer.Dispose();
        Reader = new MessageReader(_stream, MessageSource.Client);
        Writer = new MessageWriter(_stream);
        IsEncrypted = true;
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        Reader.Dispose();
        Writer.Dispose();
    }
}
