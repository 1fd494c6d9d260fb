using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Authentication;

/// <summary>
/// The server's side of one SCRAM-SHA-256 exchange without channel binding.
/// https://www.rfc-editor.org/rfc/rfc5802#section-5, https://www.postgresql.org/docs/current/sasl-authentication.html
/// </summary>
internal sealed class ScramServer(ScramVerifier verifier, string serverNonce)
{
    private string _gs2Header = "";
    private string _clientFirstBare = "";
    private string _serverFirst = "";
    private string _nonce = "";

    public ScramServer(ScramVerifier verifier)
        : this(verifier, ScramMath.Nonce()) { }

    /// <summary>Takes the client's first message and gives the server's.</summary>
    /// <exception cref="ProtocolException">The message is not one of SCRAM, or asks for what was not offered.</exception>
    public byte[] Begin(ReadOnlySpan<byte> clientFirst)
    {
        if (_serverFirst.Length > 0)
        {
            throw new InvalidOperationException("the exchange has begun");
        }

        var text = ScramText.Decode(clientFirst);
        var bare = BareMessage(text);
        if (bare.Split(',') is not [['n', '=', ..], ['r', '=', .. var nonce], ..] || !ScramMath.IsNonce(nonce))
        {
            throw new ProtocolException("the first SCRAM message has no user name or no usable nonce");
        }

        _clientFirstBare = bare;
        _nonce = nonce + serverNonce;
        _serverFirst = string.Create(
            CultureInfo.InvariantCulture,
            $"r={_nonce},s={Convert.ToBase64String(verifier.Salt)},i={verifier.Iterations}"
        );
        return Encoding.ASCII.GetBytes(_serverFirst);
    }

    /// <summary>Takes the client's proof; gives the server's where it holds.</summary>
    /// <returns>False when the client does not know the password.</returns>
    /// <exception cref="ProtocolException">The message is not one of SCRAM, or does not belong to this exchange.</exception>
    public bool TryFinish(ReadOnlySpan<byte> clientFinal, out byte[] serverFinal)
    {
        if (_serverFirst.Length == 0)
        {
            throw new InvalidOperationException("the exchange has not begun");
        }

        var text = ScramText.Decode(clientFinal);
        var at = text.LastIndexOf(",p=", StringComparison.Ordinal);
        var withoutProof = at < 0 ? "" : text[..at];
        CheckFinal(withoutProof);
        var proof = ScramText.DecodeKey(text[(at + 3)..], "proof");

        var authMessage = $"{_clientFirstBare},{_serverFirst},{withoutProof}";
        var clientKey = ScramMath.Xor(proof, ScramMath.Signature(verifier.StoredKey, authMessage));
        var isKnown = CryptographicOperations.FixedTimeEquals(SHA256.HashData(clientKey), verifier.StoredKey);
        var signature = ScramMath.Signature(verifier.ServerKey, authMessage);
        serverFinal = isKnown ? Encoding.ASCII.GetBytes($"v={Convert.ToBase64String(signature)}") : [];
        return isKnown;
    }

    /// <summary>
    /// The GS2 header says what the client thinks of channel binding: n, it does not know it; y, it does and believes that
    /// we do not, which is so, since no -PLUS mechanism is offered; p, it binds, which was not offered.
    /// </summary>
    private string BareMessage(string text)
    {
        _gs2Header = text.Length >= 3 ? text[..3] : text;
        return _gs2Header switch
        {
            "n,," or "y,," => text[3..],
            ['p', ..] => throw new ProtocolException("channel binding was asked for and is not offered"),
            ['n' or 'y', ',', ..] => throw new ProtocolException(
                "a SCRAM authorization identity is not accepted; leave it out"
            ),
            _ => throw new ProtocolException("the first SCRAM message has no channel binding flag"),
        };
    }

    private void CheckFinal(string withoutProof)
    {
        if (withoutProof.Split(',') is not [['c', '=', .. var binding], ['r', '=', .. var nonce], ..])
        {
            throw new ProtocolException("the last SCRAM message has no channel binding, no nonce or no proof");
        }

        if (
            !string.Equals(
                binding,
                Convert.ToBase64String(Encoding.ASCII.GetBytes(_gs2Header)),
                StringComparison.Ordinal
            )
        )
        {
            throw new ProtocolException("the channel binding of the last SCRAM message is not that of the first");
        }

        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(nonce), Encoding.ASCII.GetBytes(_nonce)))
        {
            throw new ProtocolException("the nonce of the last SCRAM message is not that of this exchange");
        }
    }
}
