namespace Homeostat.Ledger.Checkpoints;

/// <summary>Standard base64 with one spelling for each value: no white space, right padding, unused bits zero.</summary>
internal static class StrictBase64
{
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        if (text.Length % 4 != 0)
        {
            return false;
        }

        var buffer = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(text, buffer, out var written))
        {
            return false;
        }

        bytes = buffer[..written];
        return text.SequenceEqual(Convert.ToBase64String(bytes));
    }
}
