using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Authentication;

/// <summary>
/// The client's side of one SCRAM-SHA-256 exchange without channel binding; the server has to prove itself too.
/// https://www.rfc-editor.org/rfc/rfc5802#section-5
/// </summary>
/// <remarks>The user name in the messages is empty for PostgreSQL, which takes that of the startup packet.</remarks>
internal sealed class ScramClient(string password, string clientNonce, string userName = "")
{
    private const string Gs2Header = "n,,";
    private const string Gs2HeaderBase64 = "biws";

    private byte[] _serverSignature = [];

    public ScramClient(string password)
        : this(password, ScramMath.Nonce()) { }

    private string FirstBare => $"n={userName},r={clientNonce}";

    public byte[] First() => Encoding.ASCII.GetBytes(Gs2Header + FirstBare);

    /// <summary>Takes the server's challenge and gives the proof.</summary>
    /// <exception cref="ProtocolException">The challenge is not one of SCRAM, or does not belong to this exchange.</exception>
    /// <exception cref="ArgumentException">The password holds anything but printable ASCII characters.</exception>
    public byte[] Prove(ReadOnlySpan<byte> serverFirst)
    {
        var text = ScramText.Decode(serverFirst);
        if (text.Split(',') is not [['r', '=', .. var nonce], ['s', '=', .. var salt], ['i', '=', .. var count], ..])
        {
            throw new ProtocolException("the server's SCRAM challenge has no nonce, no salt or no iteration count");
        }

        CheckNonce(nonce);
        var salted = ScramMath.SaltedPassword(password, ScramText.DecodeBytes(salt, "salt"), Iterations(count));
        var withoutProof = $"c={Gs2HeaderBase64},r={nonce}";
        var authMessage = $"{FirstBare},{text},{withoutProof}";
        var clientKey = ScramMath.ClientKey(salted);
        var proof = ScramMath.Xor(clientKey, ScramMath.Signature(SHA256.HashData(clientKey), authMessage));
        _serverSignature = ScramMath.Signature(ScramMath.ServerKey(salted), authMessage);
        return Encoding.ASCII.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}");
    }

    /// <summary>Takes the server's proof that it knows the password, or its verifier.</summary>
    /// <exception cref="ProtocolException">It does not.</exception>
    public void Verify(ReadOnlySpan<byte> serverFinal)
    {
        if (
            _serverSignature.Length == 0
            || ScramText.Decode(serverFinal).Split(',') is not [['v', '=', .. var signature], ..]
            || !CryptographicOperations.FixedTimeEquals(
                ScramText.DecodeKey(signature, "server's signature"),
                _serverSignature
            )
        )
        {
            throw new ProtocolException(
                SqlState.InvalidAuthorization,
                "the server does not know the password that it asked for: it may be another server"
            );
        }
    }

    private void CheckNonce(string nonce)
    {
        if (
            nonce.Length <= clientNonce.Length
            || !nonce.StartsWith(clientNonce, StringComparison.Ordinal)
            || !ScramMath.IsNonce(nonce)
        )
        {
            throw new ProtocolException("the server's SCRAM challenge is not an answer to this exchange");
        }
    }

    private static int Iterations(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
        && count is >= Limits.ScramIterations and <= Limits.MaxScramIterations
            ? count
            : throw new ProtocolException(
                $"the server asks for \"{text}\" iterations of SCRAM; from {Limits.ScramIterations} to {Limits.MaxScramIterations} are accepted"
            );
}
