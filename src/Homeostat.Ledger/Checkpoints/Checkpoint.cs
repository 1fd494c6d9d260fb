using System.Globalization;
using Homeostat.Ledger.Merkle;

namespace Homeostat.Ledger.Checkpoints;

/// <summary>What a log commits to: its origin, its size and its root (C2SP tlog-checkpoint).</summary>
public sealed record Checkpoint(string Origin, long Size, Digest Root)
{
    /// <summary>The text that is signed: <c>origin\n size\n base64(root)\n</c>.</summary>
    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Root.ToBase64()}\n");

    public SignedNote Sign(SigningKey key) => SignedNote.Sign(ToText(), key);

    /// <summary>Reads a checkpoint's text; lines after the third are extensions and are allowed.</summary>
    public static Checkpoint Parse(string text)
    {
        var lines = text.Split('\n');
        if (lines.Length < 4 || lines[^1].Length != 0 || lines[..^1].Any(line => line.Length == 0))
        {
            throw new FormatException("a checkpoint is three lines: origin, size and root");
        }

        if (!TryParseSize(lines[1], out var size))
        {
            throw new FormatException($"the checkpoint's second line is not a size in decimal digits: '{lines[1]}'");
        }

        return Digest.TryParseBase64(lines[2], out var root)
            ? new Checkpoint(lines[0], size, root)
            : throw new FormatException("the checkpoint's third line is not the base64 of 32 bytes");
    }

    /// <summary>Opens a checkpoint: parsed, of this origin, and signed by this key; otherwise a <see cref="FormatException"/> says what is wrong.</summary>
    public static Checkpoint Open(SignedNote note, string origin, VerifierKey key)
    {
        if (!note.IsSignedBy(key))
        {
            throw new FormatException($"the checkpoint is not signed by {key.Name}+{key.Id:x8}");
        }

        var checkpoint = Parse(note.Text);
        return checkpoint.Origin == origin
            ? checkpoint
            : throw new FormatException($"the checkpoint is of '{checkpoint.Origin}', not of '{origin}'");
    }

    internal static bool TryParseSize(ReadOnlySpan<char> text, out long size)
    {
        size = 0;
        return text.Length > 0
            && (text.Length == 1 || text[0] != '0')
            && text.IndexOfAnyExceptInRange('0', '9') < 0
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size);
    }
}
