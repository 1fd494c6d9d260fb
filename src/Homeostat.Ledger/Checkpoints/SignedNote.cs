using System.Buffers.Binary;
using System.Text;

namespace Homeostat.Ledger.Checkpoints;

/// <summary>A line under a note: who says to have signed it, and the bytes after the key id.</summary>
public readonly record struct NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Signature)
{
    public override string ToString()
    {
        var bytes = new byte[4 + Signature.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        Signature.Span.CopyTo(bytes.AsSpan(4));
        return $"\u2014 {Name} {Convert.ToBase64String(bytes)}\n";
    }
}

/// <summary>A text with signature lines (C2SP signed-note v1.0.0); parsing accepts one spelling for each value only.</summary>
public sealed class SignedNote
{
    private const string Dash = "\u2014 ";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private SignedNote(string text, IReadOnlyList<NoteSignature> signatures)
    {
        Text = text;
        Signatures = signatures;
    }

    /// <summary>What is signed, its last line feed included.</summary>
    public string Text { get; }

    public IReadOnlyList<NoteSignature> Signatures { get; }

    public static SignedNote Sign(string text, SigningKey key) =>
        new(text, [new NoteSignature(key.Name, key.VerifierKey.Id, key.Sign(Encoding.UTF8.GetBytes(text)))]);

    /// <summary>Reads a note; a <see cref="FormatException"/> names the line that is wrong.</summary>
    public static SignedNote Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Limits.NoteBytes)
        {
            throw new FormatException($"a note has at most {Limits.NoteBytes} bytes, not {bytes.Length}");
        }

        var whole = Decode(bytes);
        var split = whole.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0 || !whole.EndsWith('\n') || split + 2 == whole.Length)
        {
            throw new FormatException("a note is a text, an empty line and signature lines");
        }

        var lines = whole[(split + 2)..^1].Split('\n');
        if (lines.Length > Limits.NoteSignatures)
        {
            throw new FormatException(
                $"a note has at most {Limits.NoteSignatures} signature lines, not {lines.Length}"
            );
        }

        var first = whole.AsSpan(0, split + 1).Count('\n') + 2;
        return new SignedNote(whole[..(split + 1)], [.. lines.Select((line, i) => ParseLine(line, first + i))]);
    }

    /// <summary>Is there a good signature by this key? A bad one by it is a <see cref="FormatException"/>, never merely ignored.</summary>
    public bool IsSignedBy(VerifierKey key)
    {
        var found = false;
        foreach (var signature in Signatures.Where(s => s.KeyId == key.Id && s.Name == key.Name))
        {
            if (!VerifyLine(key, signature.Signature.Span))
            {
                throw new FormatException($"the signature by {key.Name}+{key.Id:x8} does not fit the text");
            }

            found = true;
        }

        return found;
    }

    /// <summary>The same text with more signature lines.</summary>
    public SignedNote With(IEnumerable<NoteSignature> more) => new(Text, [.. Signatures, .. more]);

    public byte[] ToBytes() => Utf8.GetBytes(ToString());

    public override string ToString() => $"{Text}\n{string.Concat(Signatures)}";

    private bool VerifyLine(VerifierKey key, ReadOnlySpan<byte> signature) =>
        key.Kind == KeyKind.CosignatureV1
            ? Cosignature.Verify(key, Text, signature)
            : key.Verify(Encoding.UTF8.GetBytes(Text), signature);

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        string text;
        try
        {
            text = Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException("a note is UTF-8, and these bytes are not", e);
        }

        foreach (var c in text)
        {
            if (c < 0x20 && c != '\n')
            {
                throw new FormatException(
                    $"a note has no control character but the line feed, and this one has {(int)c}"
                );
            }
        }

        return text;
    }

    private static NoteSignature ParseLine(string line, int number)
    {
        var parts = line.StartsWith(Dash, StringComparison.Ordinal) ? line[Dash.Length..].Split(' ') : [];
        if (
            parts.Length != 2
            || !VerifierKey.IsName(parts[0])
            || !StrictBase64.TryDecode(parts[1], out var bytes)
            || bytes.Length < 5
        )
        {
            throw new FormatException(
                $"line {number} is not a signature line: dash, name, base64 of a key id and a signature"
            );
        }

        return new NoteSignature(parts[0], BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(4));
    }
}
