using System.Globalization;
using System.Text;
using Homeostat.Ledger.Checkpoints;

namespace Homeostat.Ledger.Storage;

/// <summary>A shard as an index names it: its folder, its origin, and whether it still takes entries.</summary>
public sealed record ListedShard(string Name, string Origin, bool IsCurrent);

/// <summary>The folder of a <see cref="ShardedLog"/> for readers: which shards are in it.</summary>
public static class ShardFolder
{
    /// <summary>The name under which an index is served.</summary>
    public const string IndexPath = "shards";

    internal const string CurrentPath = "current";

    private const string Sealed = "sealed";
    private const string Current = "current";

    /// <summary>Are there shards in this folder, rather than one log?</summary>
    public static bool IsOne(string folder) =>
        File.Exists(Path.Combine(folder, CurrentPath)) && !File.Exists(Path.Combine(folder, Publisher.CheckpointPath));

    /// <summary>The shards that are here, in order; a <see cref="FormatException"/> says what is wrong with the folder.</summary>
    public static IReadOnlyList<ListedShard> List(string folder)
    {
        var text = File.ReadAllText(Path.Combine(folder, CurrentPath));
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var current))
        {
            throw new FormatException($"the file '{CurrentPath}' does not hold the number of a shard");
        }

        // A shard beyond the current one is being made, or was when the process ended: nobody has a receipt of it.
        return
        [
            .. Directory
                .EnumerateDirectories(folder)
                .Select(path => Path.GetFileName(path))
                .Where(name => IsName(name) && Number(name) <= current)
                .Where(name => File.Exists(Path.Combine(folder, name, Publisher.CheckpointPath)))
                .OrderBy(Number)
                .Select(name => new ListedShard(name, Origin(Path.Combine(folder, name)), Number(name) == current)),
        ];
    }

    /// <summary>An index: a line for each shard with its name, its origin and <c>sealed</c> or <c>current</c>.</summary>
    public static string ToText(IEnumerable<ListedShard> shards) =>
        string.Concat(shards.Select(shard => $"{shard.Name} {shard.Origin} {(shard.IsCurrent ? Current : Sealed)}\n"));

    /// <summary>Reads an index; a <see cref="FormatException"/> names the line that is wrong.</summary>
    public static IReadOnlyList<ListedShard> Parse(ReadOnlySpan<byte> index)
    {
        if (index.Length > Limits.ShardIndexBytes)
        {
            throw new FormatException(
                $"an index of shards has at most {Limits.ShardIndexBytes} bytes, not {index.Length}"
            );
        }

        var lines = Encoding.UTF8.GetString(index).Split('\n');
        return [.. lines[..^1].Select((line, i) => Parse(line, i + 1))];
    }

    /// <summary>Can this be the name of a shard's folder, and nothing else?</summary>
    public static bool IsName(string name) => name.Length is >= 4 and <= 9 && name.All(char.IsAsciiDigit);

    internal static string Name(int number) => number.ToString("d4", CultureInfo.InvariantCulture);

    private static ListedShard Parse(string line, int number) =>
        line.Split(' ') is [var name, var origin, Sealed or Current] words && IsName(name) && VerifierKey.IsName(origin)
            ? new ListedShard(name, origin, words[2] == Current)
            : throw new FormatException(
                $"line {number} of the index of shards: expected a number, an origin and '{Sealed}' or '{Current}'"
            );

    private static int Number(string name) => int.Parse(name, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string Origin(string folder) =>
        SignedNote.Parse(File.ReadAllBytes(Path.Combine(folder, Recovery.DescriptionPath))).Text.Split('\n')[1];
}
