using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Homeostat.Ledger.Checkpoints;

/// <summary>cosignature/v1: a witness's signature over a checkpoint and the time at which it saw it (C2SP tlog-cosignature).</summary>
public static class Cosignature
{
    private const int TimeBytes = 8;

    /// <summary>Cosigns a checkpoint's text; the time is in whole seconds of the Unix epoch.</summary>
    public static NoteSignature Sign(SigningKey witness, string checkpointText, DateTimeOffset time)
    {
        var seconds = checked((ulong)time.ToUnixTimeSeconds());
        var signature = new byte[TimeBytes + Ed25519.SignatureBytes];
        BinaryPrimitives.WriteUInt64BigEndian(signature, seconds);
        witness.Sign(Message(seconds, checkpointText)).CopyTo(signature.AsSpan(TimeBytes));
        return new NoteSignature(witness.Name, witness.CosignerKey.Id, signature);
    }

    /// <summary>When the witness says to have signed; null where the bytes are no cosignature.</summary>
    public static DateTimeOffset? Time(ReadOnlySpan<byte> signature)
    {
        if (signature.Length != TimeBytes + Ed25519.SignatureBytes)
        {
            return null;
        }

        var seconds = BinaryPrimitives.ReadUInt64BigEndian(signature);
        return seconds <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : null;
    }

    internal static bool Verify(VerifierKey key, string text, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != TimeBytes + Ed25519.SignatureBytes)
        {
            return false;
        }

        var seconds = BinaryPrimitives.ReadUInt64BigEndian(signature);
        return key.Verify(Message(seconds, text), signature[TimeBytes..]);
    }

    private static byte[] Message(ulong seconds, string text) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {seconds}\n{text}"));
}
