using System.Formats.Cbor;

namespace Homeostat.Ledger.Statements;

/// <summary>A place in what one key says in one session: sessions of a key only rise, and within one the numbers count 1, 2, 3, ….</summary>
public readonly record struct Sequence(ulong Session, ulong Number);

/// <summary>
/// The protected header of a statement: who says it, what it is about, of what type the payload is, and, for an agent's own
/// requests, where in its session it stands.
/// </summary>
public sealed record StatementHeader(string Issuer, string Subject, string ContentType, Sequence? Sequence = null)
{
    private const int InitialBytes = 256;

    internal const int LabelAlgorithm = 1;
    internal const int LabelContentType = 3;
    internal const int LabelKid = 4;
    internal const int LabelCwtClaims = 15;
    internal const int ClaimIssuer = 1;
    internal const int ClaimSubject = 2;

    // RFC 9052 section 1.4: labels below -65536 are for private use.
    internal const int LabelSequence = -65537;

    /// <summary>In the unprotected header: where the statement stands among those that one signature covers.</summary>
    internal const int LabelBatch = -65539;

    internal byte[] Encode(StatementAlgorithm algorithm, ReadOnlySpan<byte> kid)
    {
        // Lax: the labels stand in their deterministic order by the order of these lines, and lone surrogates become U+FFFD.
        var writer = new CborWriter(CborConformanceMode.Lax, initialCapacity: InitialBytes);
        writer.WriteStartMap(Sequence is null ? 4 : 5);
        writer.WriteInt32(LabelAlgorithm);
        writer.WriteInt32((int)algorithm);
        writer.WriteInt32(LabelContentType);
        writer.WriteTextString(Checked(ContentType, "content type"));
        writer.WriteInt32(LabelKid);
        writer.WriteByteString(kid);
        writer.WriteInt32(LabelCwtClaims);
        writer.WriteStartMap(2);
        writer.WriteInt32(ClaimIssuer);
        writer.WriteTextString(Checked(Issuer, "issuer"));
        writer.WriteInt32(ClaimSubject);
        writer.WriteTextString(Checked(Subject, "subject"));
        writer.WriteEndMap();
        if (Sequence is { } sequence)
        {
            writer.WriteInt32(LabelSequence);
            writer.WriteStartArray(2);
            writer.WriteUInt64(sequence.Session);
            writer.WriteUInt64(sequence.Number);
            writer.WriteEndArray();
        }

        writer.WriteEndMap();
        return writer.Encode();
    }

    private static string Checked(string value, string what) =>
        value.Length is > 0 and <= Limits.ClaimChars
            ? value
            : throw new ArgumentException(
                $"the {what} of a statement has 1 to {Limits.ClaimChars} characters, not {value.Length}",
                nameof(value)
            );
}

/// <summary>How a statement is signed (the COSE header <c>alg</c>).</summary>
public enum StatementAlgorithm
{
    /// <summary>EdDSA over Ed25519: the signature is over this statement alone (RFC 9053 section 2.2).</summary>
    EdDsa = -8,

    /// <summary>EdDSA over Ed25519 of the root of many statements; private use, see docs/formats.md.</summary>
    EdDsaBatch = -65537,
}
